// Numbers and times as the visitor's language writes them.
import type { Amount } from '../chat/interrupts.ts';

export function formatDate(date: Date, locale: string, format: Intl.DateTimeFormatOptions): string {
  return inLanguage(locale, (language) => new Intl.DateTimeFormat(language, format).format(date));
}

export function formatAmount({ value, currency }: Amount, locale: string): string {
  return inLanguage(locale, (language) => new Intl.NumberFormat(language, { style: 'currency', currency }).format(value));
}

/** WordPress has locales that are no language tags, such as de_DE_formal. */
function inLanguage(locale: string, format: (language: string) => string): string {
  const language = locale.replaceAll('_', '-');
  try {
    return format(language);
  } catch {
    return format(language.split('-')[0] || 'en');
  }
}
