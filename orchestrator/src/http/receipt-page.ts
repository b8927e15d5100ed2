// The page on which receipts are checked: one HTML text without script, in which everything that came from outside is escaped.
import { createHash } from 'node:crypto';
import type { ErrorCode } from '@aiguy/manifests/errors';
import type { CheckedReceipt, Receipt, ReceiptChain, ReceiptVerdict } from '@aiguy/manifests/generated/http';
import { type Html, html, join } from '@aiguy/manifests/html';
import { pageStyle } from './receipt-page-style.ts';

/** action: where the form is sent, relative to the page's own address, so that the service may stand below a path. */
export type ReceiptPage = { action: string } & ({ verdict?: ReceiptVerdict } | { problem: ErrorCode });

/** The style is the only thing that may be used; a form may only be sent to where the page came from. */
export const pagePolicy = [
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(pageStyle.text).digest('base64')}'`,
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
].join('; ');

export function receiptPage(page: ReceiptPage): string {
  const verdict = 'verdict' in page ? page.verdict : undefined;
  const answer = 'problem' in page ? problemNotice(page.problem) : verdict && verdictSection(verdict);
  const title = verdict ? headline(verdict) : 'Check a receipt';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}${verdict ? ' – Check a receipt' : ''}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${answer ?? ''}
${checkForm(page.action, { isFirst: answer === undefined })}
</main>
</body>
</html>
`.text;
}

function checkForm(action: string, { isFirst }: { isFirst: boolean }): Html {
  const heading = isFirst
    ? html`<h1>Check a receipt</h1>
<p class="lead">When the chat changes something for you, it gives you a signed receipt. Here you, or anybody you show it to, can see whether a receipt is genuine and what it says. Nothing is kept.</p>`
    : html`<h2>Check another receipt</h2>`;
  return html`<section class="check">
${heading}
<form method="post" action="${action}" enctype="multipart/form-data">
<label for="receipts">Paste one receipt or several</label>
<textarea id="receipts" name="receipts" rows="5" spellcheck="false" autocomplete="off" autocapitalize="off" placeholder="eyJhbGciOi…"></textarea>
<label for="file">or choose downloaded files</label>
<input id="file" name="file" type="file" multiple accept=".txt,.json,text/plain,application/json">
<button type="submit">Check</button>
</form>
</section>`;
}

function problemNotice(code: ErrorCode): Html {
  const texts: Partial<Record<ErrorCode, string>> = {
    invalid_request: 'Paste a receipt, or choose its file, and then check it.',
    payload_too_large: 'That is more than 64 kB. Check fewer receipts at a time.',
    rate_limited: 'That were many checks at once. Wait a minute and try again.',
  };
  return html`<section class="notice" role="alert"><h1>That could not be checked</h1><p>${texts[code] ?? 'Something went wrong on our side. Try again in a minute.'}</p></section>`;
}

function verdictSection({ receipts, chains }: ReceiptVerdict): Html {
  const isGood = receipts.length > 0 && receipts.every(({ valid }) => valid) && chains.every(({ broken }) => broken.length === 0);
  const told = chains.filter(({ numbers }) => numbers.length > 1);
  const ordered = receipts.toSorted((a, b) => (a.payload?.number ?? 0) - (b.payload?.number ?? 0));
  return html`<section aria-labelledby="verdict">
<h1 id="verdict" class="${isGood ? 'verdict good' : 'verdict bad'}">${headline({ receipts, chains })}</h1>
${isGood ? html`<p class="lead">Signed by ${[...new Set(receipts.map(({ payload }) => payload?.iss ?? ''))].join(', ')}, and not changed since.</p>` : ''}
${receipts.length === 0 ? html`<p>A receipt is a long line of letters that begins with «eyJ». Copy all of it, or choose the file as it was downloaded.</p>` : ''}
${join(told.map(chainNotice))}
${join(ordered.map(receiptCard))}
</section>`;
}

function headline({ receipts, chains }: ReceiptVerdict): string {
  const bad = receipts.filter(({ valid }) => !valid).length;
  if (receipts.length === 0) return 'There is no receipt in that';
  if (receipts.length === 1) return bad === 0 ? 'This receipt is genuine' : 'This receipt is not genuine';
  if (bad > 0) return `${bad} of ${receipts.length} receipts ${bad === 1 ? 'is' : 'are'} not genuine`;
  return chains.some(({ broken }) => broken.length > 0) ? 'These receipts don’t belong together' : `All ${receipts.length} receipts are genuine`;
}

function chainNotice({ numbers, missing, broken, whole }: ReceiptChain): Html {
  const last = numbers.at(-1);
  if (whole) return chainText(true, `The chain is whole: from receipt 1 to ${last}, nothing was left out, exchanged or put in.`);
  if (broken.length > 0) return chainText(false, `The chain is broken: ${named(broken)} doesn’t follow the one before it.`);
  return chainText(false, `The chain has gaps: without ${named(missing)}, it can’t be seen that nothing was left out.`);
}

function chainText(isWhole: boolean, text: string): Html {
  return html`<p class="${isWhole ? 'chain good' : 'chain open'}">${text}</p>`;
}

function named(numbers: readonly number[]): string {
  return `receipt${numbers.length === 1 ? '' : 's'} ${new Intl.ListFormat('en').format(numbers.map(String))}`;
}

const problems: Record<NonNullable<CheckedReceipt['problem']>, string> = {
  unreadable: 'Something of it is missing, or was changed.',
  unknown_key: 'It was not signed by this service.',
  signature: 'It was changed after it was signed, or the signature is made up.',
  content: 'It was signed by this service, but it is no receipt.',
};

function receiptCard({ payload, problem }: CheckedReceipt): Html {
  if (!payload)
    return html`<article class="bad"><p class="mark">Not genuine</p><p>${problems[problem ?? 'unreadable']} What it says proves nothing.</p></article>`;
  return html`<article class="good">
<header><p class="mark">Genuine</p><p class="number">Receipt ${payload.number}</p></header>
<h2>${payload.summary}</h2>
<p class="when"><time datetime="${payload.at}">${moment(payload.at)}</time></p>
${list('What was confirmed', [...payload.facts.map(({ label, value }): Line => [label, value]), ...amountOf(payload)])}
${list('What came of it', Object.entries(payload.result ?? {}).map(toLine))}
<details><summary>Technical details</summary>${list('', technical(payload))}</details>
</article>`;
}

type Line = [label: string, value: string];

function list(heading: string, lines: readonly Line[]): Html | string {
  if (lines.length === 0) return '';
  return html`${heading && html`<h3>${heading}</h3>`}<dl>${join(lines.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`))}</dl>`;
}

function amountOf({ amount }: Receipt): Line[] {
  return amount ? [['Amount', new Intl.NumberFormat('en-US', { style: 'currency', currency: amount.currency }).format(amount.value)]] : [];
}

function toLine([name, value]: [string, unknown]): Line {
  const words = name.replaceAll('_', ' ');
  return [words.charAt(0).toUpperCase() + words.slice(1), typeof value === 'string' ? readable(value) : JSON.stringify(value)];
}

function technical(receipt: Receipt): Line[] {
  const { iss, tool, effect, undoes, args_digest: args, result_digest: result, session, prev } = receipt;
  return [
    ['Signed by', iss],
    ['Tool', tool],
    ['Effect', effect],
    ...(undoes === undefined ? [] : [['Takes back', undoes] satisfies Line]),
    ['Digest of the arguments', args],
    ...(result === undefined ? [] : [['Digest of the result', result] satisfies Line]),
    ['Conversation', session],
    ['Receipt before', prev ?? 'none, this is the first'],
  ];
}

function readable(text: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)) ? moment(text) : text;
}

function moment(iso: string): string {
  return `${new Date(iso).toLocaleString('en-GB', { timeZone: 'UTC', dateStyle: 'long', timeStyle: 'medium' })} UTC`;
}
