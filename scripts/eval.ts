// npm run eval: scores retrieval over a folder of articles.
import { parseArgs } from 'node:util';
import { readQuestions } from './eval/questions.ts';
import { type Asked, evalRetrieval, ofStyle, type Report, reportOf, retrievers, scoresOf } from './eval/retrieval.ts';

const help = `Usage: npm run eval -- retrieval --corpus DIR --questions FILE [--questions FILE]... [--json]

Ingests a folder of articles into an index of its own (kept in the data directory; the first time takes about a second an article),
asks each question, and prints how often the right article is found: nearest vectors, shared words, both fused, and what comes out
after scoring. Questions without an expected article count for «answered wrongly». No key is needed.
  --corpus DIR      articles with front matter, or any folder that npm run ingest reads
  --questions FILE  JSON lines: id, question, expected_article_ids; also style and history
  --misses          list the questions whose article is not among the first five
  --json            the last line is one JSON object
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
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
  if (positionals.length !== 1 || positionals[0] !== 'retrieval') fail(`There is one evaluation: retrieval.\n\n${help}`);
  const { corpus, questions: files } = values;
  if (!(corpus && files)) return fail(`--corpus and --questions are needed.\n\n${help}`);
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  try {
    const say = (line: string) => process.stderr.write(`${line}\n`);
    const asked = await evalRetrieval({ corpus, questions: files.flatMap(readQuestions), say, signal: stopped.signal });
    const report = reportOf(asked);
    print(asked, report);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (error) {
    fail(stopped.signal.aborted ? 'Stopped.' : String(error instanceof Error ? error.message : error));
  }
}

function print(asked: Asked[], report: Report): void {
  const answerable = asked.filter(({ question }) => question.expected_article_ids.length > 0);
  if (answerable.length > 0) printTable(answerable, Object.keys(report.byStyle));
  const percent = (share: number | undefined) => (share === undefined ? '' : `${(100 * share).toFixed(0)} %`);
  process.stdout.write(`\n${report.msPerQuestionP50.toFixed(0)} ms a question (median of ${report.questions})\n`);
  if (report.answered !== undefined) process.stdout.write(`answered: ${percent(report.answered)} of the answerable questions\n`);
  if (report.answeredWrongly !== undefined) process.stdout.write(`answered wrongly: ${percent(report.answeredWrongly)} of those without an answer\n`);
  if (report.answeredWronglyAt90 !== undefined) {
    process.stdout.write(`with a threshold that answers 90 % of the answerable ones, wrongly: ${percent(report.answeredWronglyAt90)}\n`);
  }
  if (values.misses) for (const { question, found } of answerable) printMiss(question, found.reranked);
}

function printTable(answerable: Asked[], styles: string[]): void {
  const line = (cells: string[]) => process.stdout.write(`${cells.map((cell, at) => (at < 2 ? cell.padEnd(12) : cell.padStart(11))).join('')}\n`);
  line(['retriever', 'style', 'questions', 'recall@5', 'recall@20', 'MRR@10', 'nDCG@10']);
  for (const retriever of retrievers) {
    for (const style of ['all', ...styles]) {
      const own = style === 'all' ? answerable : ofStyle(answerable, style);
      const { recallAt5, recallAt20, mrrAt10, ndcgAt10 } = scoresOf(own, retriever);
      line([retriever, style, String(own.length), ...[recallAt5, recallAt20, mrrAt10, ndcgAt10].map((score) => score.toFixed(3))]);
    }
  }
}

function printMiss({ id, question, expected_article_ids: expected }: Asked['question'], found: string[]): void {
  const rank = found.findIndex((document) => expected.includes(document)) + 1;
  if (rank === 0 || rank > 5) process.stdout.write(`${rank === 0 ? 'not found' : `place ${rank}`}: ${id} ${question}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
