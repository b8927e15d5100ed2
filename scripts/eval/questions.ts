// Reads a file of questions: JSON lines with id, question, style, history, expected_article_ids; one without expected articles has no answer.
import { readJsonLines } from './json-lines.ts';

export type EvalQuestion = {
  id: string;
  question: string;
  style?: string;
  history?: { role: string; content: string }[];
  expected_article_ids: string[];
};

const schema = {
  type: 'object',
  required: ['id', 'question', 'expected_article_ids'],
  properties: {
    id: { type: 'string' },
    question: { type: 'string', minLength: 1, maxLength: 2000 },
    style: { type: 'string' },
    history: {
      type: 'array',
      items: { type: 'object', required: ['role', 'content'], properties: { role: { type: 'string' }, content: { type: 'string' } } },
    },
    expected_article_ids: { type: 'array', items: { type: 'string' } },
  },
};

/** @throws Error naming the file, the line and what is wrong with it */
export function readQuestions(file: string): EvalQuestion[] {
  return readJsonLines<EvalQuestion>(file, schema);
}
