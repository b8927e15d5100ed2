// An answer as somebody pastes it: without the numbers, with the articles behind them.
import type { AssistantMessage } from './chat-state.ts';
import { visibleLine, visibleText } from './visible-text.ts';

export function pastedText({ text, citations }: Pick<AssistantMessage, 'text' | 'citations'>): string {
  const numbers = new Set(citations.map(({ number }) => number));
  const plain = visibleText(text).replace(/ ?\[(\d{1,3})\]/g, (all, number) => (numbers.has(Number(number)) ? '' : all));
  return [plain.trim(), ...citations.map(({ title, url }) => `${visibleLine(title)} ${visibleLine(url)}`.trim())].join('\n');
}
