// Retrieval's scores as tables.
import { type Asked, ofStyle, type Report, retrievers, scoresOf } from './retrieval.ts';

export function printRetrieval(asked: Asked[], { report, misses }: { report: Report; misses: boolean }): void {
  const answerable = asked.filter(({ question }) => question.expected_article_ids.length > 0);
  if (answerable.length > 0) printTable(answerable, Object.keys(report.byStyle));
  const percent = (share: number | undefined) => (share === undefined ? '' : `${(100 * share).toFixed(0)} %`);
  process.stdout.write(`\n${report.msPerQuestionP50.toFixed(0)} ms a question (median of ${report.questions})\n`);
  if (report.answered !== undefined) process.stdout.write(`answered: ${percent(report.answered)} of the answerable questions\n`);
  if (report.answeredWrongly !== undefined) process.stdout.write(`answered wrongly: ${percent(report.answeredWrongly)} of those without an answer\n`);
  if (report.answeredWronglyAt90 !== undefined) {
    process.stdout.write(`with a threshold that answers 90 % of the answerable ones, wrongly: ${percent(report.answeredWronglyAt90)}\n`);
  }
  if (misses) for (const { question, found } of answerable) printMiss(question, found.reranked);
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
