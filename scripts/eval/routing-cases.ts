// Reads messages with the tool that they are for: JSON lines with id, utterance, session_customer_id, expected_tool, expected_args, acceptable_tools.
import { readJsonLines } from './json-lines.ts';

export type RoutingCase = {
  id: string;
  utterance: string;
  /** The signed-in customer; null: nobody, or whoever owns the order that is expected. */
  session_customer_id: string | null;
  /** A tool, a label of labels, or none. */
  expected_tool: string;
  /** Only what can be known. */
  expected_args: Record<string, unknown>;
  acceptable_tools?: string[];
};

/** Labels of the field that are not names of tools, with the tools that they stand for. */
export const labels: Record<string, readonly string[]> = {
  create_ticket: ['create_support_ticket', 'escalate_to_human', 'cancel_order', 'change_address'],
  retrieve_docs: ['retrieve_docs', 'run_troubleshooting'],
  get_order_status: ['get_order_status', 'list_orders'],
  recommend_products: ['recommend_products', 'check_inventory'],
};

const schema = {
  type: 'object',
  required: ['id', 'utterance', 'expected_tool', 'expected_args'],
  properties: {
    id: { type: 'string' },
    utterance: { type: 'string', minLength: 1, maxLength: 2000 },
    session_customer_id: { type: ['string', 'null'] },
    expected_tool: { type: 'string' },
    expected_args: { type: 'object' },
    acceptable_tools: { type: 'array', items: { type: 'string' } },
  },
};

/** @throws Error naming the file, the line and what is wrong with it */
export function readCases(file: string): RoutingCase[] {
  return readJsonLines<RoutingCase>(file, schema);
}
