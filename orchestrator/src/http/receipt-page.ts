// The page on which receipts are checked: one HTML text without script, in which everything that came from outside is escaped.
import { createHash } from 'node:crypto';
import type { ErrorCode } from '@aiguy/manifests/errors';
import type { CheckedReceipt, Receipt, ReceiptChain, ReceiptVerdict } from '@aiguy/manifests/generated/http';
import { type Html, html, join } from '@aiguy/manifests/html';
import type { Words } from '@aiguy/manifests/words';
import { toldFacts } from '../session/told.ts';
import { pageStyle } from './receipt-page-style.ts';

/** action: where the form is sent, relative to the page's own address, so that the service may stand below a path. */
export type ReceiptPage = { action: string; words: Words } & ({ verdict?: ReceiptVerdict } | { problem: ErrorCode });

/** The style is the only thing that may be used; a form may only be sent to where the page came from. */
export const pagePolicy = [
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(pageStyle.text).digest('base64')}'`,
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
].join('; ');

export function receiptPage(page: ReceiptPage): string {
  const { words } = page;
  const verdict = 'verdict' in page ? page.verdict : undefined;
  const answer = 'problem' in page ? problemNotice(words, page.problem) : verdict && verdictSection(words, verdict);
  const name = words.text('Check a receipt');
  const title = verdict ? `${headline(words, verdict)} – ${name}` : name;
  return html`<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${answer ?? ''}
${checkForm(words, page.action, { isFirst: answer === undefined })}
</main>
</body>
</html>
`.text;
}

function checkForm(words: Words, action: string, { isFirst }: { isFirst: boolean }): Html {
  const lead = words.text(
    'When the chat changes something for you, it gives you a signed receipt. Here you, or anybody you show it to, can see whether a receipt is genuine and what it says. Nothing is kept.',
  );
  const heading = isFirst
    ? html`<h1>${words.text('Check a receipt')}</h1>
<p class="lead">${lead}</p>`
    : html`<h2>${words.text('Check another receipt')}</h2>`;
  return html`<section class="check">
${heading}
<form method="post" action="${action}" enctype="multipart/form-data">
<label for="receipts">${words.text('Paste one receipt or several')}</label>
<textarea id="receipts" name="receipts" rows="5" spellcheck="false" autocomplete="off" autocapitalize="off" placeholder="eyJhbGciOi…"></textarea>
<label for="file">${words.text('or choose downloaded files')}</label>
<input id="file" name="file" type="file" multiple accept=".txt,.json,text/plain,application/json">
<button type="submit">${words.text('Check')}</button>
</form>
</section>`;
}

function problemNotice(words: Words, code: ErrorCode): Html {
  const texts: Partial<Record<ErrorCode, string>> = {
    invalid_request: 'Paste a receipt, or choose its file, and then check it.',
    payload_too_large: 'That is more than 64 kB. Check fewer receipts at a time.',
    rate_limited: 'That were many checks at once. Wait a minute and try again.',
  };
  const text = words.text(texts[code] ?? 'Something went wrong on our side. Try again in a minute.');
  return html`<section class="notice" role="alert"><h1>${words.text('That could not be checked')}</h1><p>${text}</p></section>`;
}

function verdictSection(words: Words, { receipts, chains }: ReceiptVerdict): Html {
  const isGood = receipts.length > 0 && receipts.every(({ valid }) => valid) && chains.every(({ broken }) => broken.length === 0);
  const told = chains.filter(({ numbers }) => numbers.length > 1);
  const ordered = receipts.toSorted((a, b) => (a.payload?.number ?? 0) - (b.payload?.number ?? 0));
  const signers = [...new Set(receipts.map(({ payload }) => payload?.iss ?? ''))].join(', ');
  const none = words.text('A receipt is a long line of letters that begins with «eyJ». Copy all of it, or choose the file as it was downloaded.');
  return html`<section aria-labelledby="verdict">
<h1 id="verdict" class="${isGood ? 'verdict good' : 'verdict bad'}">${headline(words, { receipts, chains })}</h1>
${isGood ? html`<p class="lead">${words.say('Signed by {signers}, and not changed since.', { signers })}</p>` : ''}
${receipts.length === 0 ? html`<p>${none}</p>` : ''}
${join(told.map((chain) => chainNotice(words, chain)))}
${join(ordered.map((receipt) => receiptCard(words, receipt)))}
</section>`;
}

function headline(words: Words, { receipts, chains }: ReceiptVerdict): string {
  const bad = receipts.filter(({ valid }) => !valid).length;
  const all = receipts.length;
  if (all === 0) return words.text('There is no receipt in that');
  if (all === 1) return words.text(bad === 0 ? 'This receipt is genuine' : 'This receipt is not genuine');
  if (bad === 1) return words.say('1 of {all} receipts is not genuine', { all });
  if (bad > 1) return words.say('{bad} of {all} receipts are not genuine', { bad, all });
  return chains.some(({ broken }) => broken.length > 0)
    ? words.text('These receipts don’t belong together')
    : words.say('All {all} receipts are genuine', { all });
}

function chainNotice(words: Words, { numbers, missing, broken, whole }: ReceiptChain): Html {
  const last = numbers.at(-1) ?? 1;
  if (whole) return chainText(true, words.say('The chain is whole: from receipt 1 to {last}, nothing was left out, exchanged or put in.', { last }));
  if (broken.length > 0)
    return chainText(false, words.say('The chain is broken: {receipts} doesn’t follow the one before it.', { receipts: named(words, broken) }));
  return chainText(
    false,
    words.say('The chain has gaps: without {receipts}, it can’t be seen that nothing was left out.', { receipts: named(words, missing) }),
  );
}

function chainText(isWhole: boolean, text: string): Html {
  return html`<p class="${isWhole ? 'chain good' : 'chain open'}">${text}</p>`;
}

function named(words: Words, missing: readonly number[]): string {
  const numbers = words.list(missing.map(String));
  return missing.length === 1 ? words.say('receipt {numbers:any}', { numbers }) : words.say('receipts {numbers:any}', { numbers });
}

const problems: Record<NonNullable<CheckedReceipt['problem']>, string> = {
  unreadable: 'Something of it is missing, or was changed.',
  unknown_key: 'It was not signed by this service.',
  signature: 'It was changed after it was signed, or the signature is made up.',
  content: 'It was signed by this service, but it is no receipt.',
};

/** What was signed is English; it is said in the reader's language here, and stays as it was signed in the receipt. */
function receiptCard(words: Words, { payload, problem }: CheckedReceipt): Html {
  if (!payload)
    return html`<article class="bad"><p class="mark">${words.text('Not genuine')}</p><p>${words.text(problems[problem ?? 'unreadable'])} ${words.text('What it says proves nothing.')}</p></article>`;
  const facts = toldFacts(words, payload.facts).map(({ label, value }): Line => [label, value]);
  const results = Object.entries(payload.result ?? {}).map((field) => toLine(words, field));
  return html`<article class="good">
<header><p class="mark">${words.text('Genuine')}</p><p class="number">${words.say('Receipt {number:any}', { number: payload.number })}</p></header>
<h2>${words.tell(payload.summary)}</h2>
<p class="when"><time datetime="${payload.at}">${words.moment(payload.at)}</time></p>
${list(words.text('What was confirmed'), [...facts, ...amountOf(words, payload)])}
${list(words.text('What came of it'), results)}
<details><summary>${words.text('Technical details')}</summary>${list('', technical(words, payload))}</details>
</article>`;
}

type Line = [label: string, value: string];

function list(heading: string, lines: readonly Line[]): Html | string {
  if (lines.length === 0) return '';
  return html`${heading && html`<h3>${heading}</h3>`}<dl>${join(lines.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`))}</dl>`;
}

function amountOf(words: Words, { amount }: Receipt): Line[] {
  return amount ? [[words.text('Amount'), words.money(amount.value, amount.currency)]] : [];
}

function toLine(words: Words, [name, value]: [string, unknown]): Line {
  const label = name.replaceAll('_', ' ');
  return [words.text(label.charAt(0).toUpperCase() + label.slice(1)), typeof value === 'string' ? readable(words, value) : JSON.stringify(value)];
}

function technical(words: Words, receipt: Receipt): Line[] {
  const { iss, tool, effect, undoes, args_digest: args, result_digest: result, session, prev } = receipt;
  return [
    [words.text('Signed by'), iss],
    [words.text('Tool'), tool],
    [words.text('Effect'), effect],
    ...(undoes === undefined ? [] : [[words.text('Takes back'), undoes] satisfies Line]),
    [words.text('Digest of the arguments'), args],
    ...(result === undefined ? [] : [[words.text('Digest of the result'), result] satisfies Line]),
    [words.text('Conversation'), session],
    [words.text('Receipt before'), prev ?? words.text('none, this is the first')],
  ];
}

function readable(words: Words, text: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)) ? words.moment(text) : words.tell(text.replaceAll('_', ' '));
}
