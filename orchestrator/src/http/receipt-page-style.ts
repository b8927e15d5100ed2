// The style of the page on which receipts are checked.
import { verbatim } from '@aiguy/manifests/html';

export const pageStyle = verbatim(`
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --sheet: #fff; --text: #1b1f27; --quiet: #5b6472; --line: #dfe3e9; --field: #fff; --edge: #868f9d;
  --accent: #2549c4; --on-accent: #fff; --good: #12693c; --good-ground: #e5f4ea; --bad: #a81e22; --bad-ground: #fdebea; --open: #7a4d00; --open-ground: #fdf3dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12151a; --sheet: #1b1f27; --text: #e9ecf1; --quiet: #a2abb9; --line: #303642; --field: #12151a; --edge: #737d8d;
    --accent: #9db5ff; --on-accent: #10182f; --good: #7cd8a0; --good-ground: #15301f; --bad: #ff9d97; --bad-ground: #3a1a1b; --open: #f2c66d; --open-ground: #33280f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 42rem; margin: 0 auto; padding: clamp(1.25rem, 5vw, 4rem) 1rem 4rem; display: grid; gap: 2rem; }
section { display: grid; gap: 1rem; }
h1, h2, h3, p, dl, dd { margin: 0; }
h1 { font-size: clamp(1.5rem, 5vw, 2rem); line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; }
h3 { font-size: .8125rem; font-weight: 600; margin: .75rem 0 -.25rem; }
.lead { color: var(--quiet); }
.verdict { display: flex; align-items: center; gap: .75rem; }
.verdict::before { flex: none; display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: 50%; font-size: 1.25rem; }
.verdict.good::before { content: "✓" / ""; color: var(--good); background: var(--good-ground); }
.verdict.bad::before { content: "✕" / ""; color: var(--bad); background: var(--bad-ground); }
.chain, .notice { padding: .75rem 1rem; border-radius: .625rem; }
.chain.good { color: var(--good); background: var(--good-ground); }
.chain.open { color: var(--open); background: var(--open-ground); }
.notice { color: var(--bad); background: var(--bad-ground); gap: .25rem; }
.notice h1 { font-size: 1.2rem; }
article, .check { display: grid; gap: .75rem; padding: clamp(1rem, 4vw, 1.5rem); background: var(--sheet); border: 1px solid var(--line); border-radius: .875rem; }
article.bad { border-color: var(--bad); }
article header { display: flex; justify-content: space-between; align-items: center; gap: 1rem; }
.mark { justify-self: start; padding: .1rem .6rem; border-radius: 1rem; font-size: .8125rem; font-weight: 600; }
.good .mark { color: var(--good); background: var(--good-ground); }
.bad .mark { color: var(--bad); background: var(--bad-ground); }
.number, .when { color: var(--quiet); font-size: .9375rem; font-variant-numeric: tabular-nums; }
.when { margin-top: -.5rem; }
dl { display: grid; border-top: 1px solid var(--line); }
dl div { display: grid; grid-template-columns: minmax(7rem, 1fr) 2fr; gap: .25rem 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--quiet); }
dd { white-space: pre-wrap; font-variant-numeric: tabular-nums; }
details dl { margin-top: .5rem; font-size: .875rem; }
summary { padding: .5rem 0; cursor: pointer; color: var(--accent); font-weight: 600; border-radius: .25rem; }
form { display: grid; gap: .5rem; }
label { font-weight: 600; margin-top: .5rem; }
textarea, input { width: 100%; padding: .75rem; font: inherit; color: inherit; background: var(--field); border: 1px solid var(--edge); border-radius: .5rem; }
textarea { font: .9375rem/1.4 ui-monospace, monospace; resize: vertical; min-height: 7rem; }
::placeholder { color: var(--quiet); opacity: 1; }
::file-selector-button { margin-right: .75rem; padding: .375rem .75rem; font: inherit; color: var(--accent); background: transparent; border: 1px solid var(--edge); border-radius: .375rem; cursor: pointer; }
button { justify-self: start; min-height: 2.75rem; margin-top: .75rem; padding: .5rem 1.5rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .5rem; cursor: pointer; }
button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 30rem) { dl div { grid-template-columns: 1fr; gap: 0; } dt { font-size: .875rem; } button { justify-self: stretch; } }
@media print { .check { display: none; } article { break-inside: avoid; } }
`);
