// Reads a file of questions: JSON lines with id, question, style, history, expected_article_ids; one without expected articles has no answer.
import { readFileSync } from 'node:fs';
import { check, createAjv } from '@aiguy/manifests/validate';

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
  const validate = createAjv().compile<EvalQuestion>(schema);
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const checked = check<EvalQuestion>(validate as never, parse(line, `${file}:${index + 1}`));
    if (!checked.ok) throw new Error(`${file}:${index + 1}: ${checked.violations[0]?.pointer} ${checked.violations[0]?.rule}`);
    return [checked.value];
  });
}

function parse(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`${place}: is no JSON`);
  }
}
