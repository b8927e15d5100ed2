// npm run eval: scores retrieval over a folder of articles, and the routing of the policy without a model.
import { parseArgs } from 'node:util';
import { printRetrieval } from './eval/print-retrieval.ts';
import { printRouting, routingReport } from './eval/print-routing.ts';
import { readQuestions } from './eval/questions.ts';
import { evalRetrieval, reportOf } from './eval/retrieval.ts';
import { evalRouting } from './eval/routing.ts';
import { readCases } from './eval/routing-cases.ts';

const help = `Usage: npm run eval -- retrieval --corpus DIR --questions FILE [--questions FILE]... [--json]
       npm run eval -- routing --cases FILE [--cases FILE]... [--json]

retrieval
Ingests a folder of articles into an index of its own (kept in the data directory; the first time takes about a second an article),
asks each question, and prints how often the right article is found: nearest vectors, shared words, both fused, and what comes out
after scoring. Questions without an expected article count for «answered wrongly». No key is needed.
  --corpus DIR      articles with front matter, or any folder that npm run ingest reads
  --questions FILE  JSON lines: id, question, expected_article_ids; also style and history

routing
Gives each message to the policy without a model, as from a visitor of the demo shop, and prints how often it calls the right tool with the
right arguments.
  --cases FILE      JSON lines: id, utterance, session_customer_id, expected_tool, expected_args; also acceptable_tools

  --misses          list what went wrong
  --json            the last line is one JSON object
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', multiple: true },
    corpus: { type: 'string' },
    questions: { type: 'string', multiple: true },
    misses: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  const [evaluation, ...more] = positionals;
  const run = more.length === 0 ? { retrieval, routing }[evaluation ?? ''] : undefined;
  if (!run) return fail(`There are two evaluations, retrieval and routing.\n\n${help}`);
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  try {
    const report = await run(stopped.signal);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (error) {
    fail(stopped.signal.aborted ? 'Stopped.' : String(error instanceof Error ? error.message : error));
  }
}

async function retrieval(signal: AbortSignal): Promise<object> {
  const { corpus, questions: files, misses } = values;
  if (!(corpus && files)) return fail(`--corpus and --questions are needed.\n\n${help}`);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const asked = await evalRetrieval({ corpus, questions: files.flatMap(readQuestions), say, signal });
  const report = reportOf(asked);
  printRetrieval(asked, { report, misses });
  return report;
}

async function routing(signal: AbortSignal): Promise<object> {
  if (!values.cases) return fail(`--cases is needed.\n\n${help}`);
  const routed = await evalRouting(values.cases.flatMap(readCases), signal);
  printRouting(routed, values.misses);
  return routingReport(routed);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
