// The launcher's style. Sizes are in em of the reader's own default size (font-size: medium), whatever the theme makes of rem; the font is the page's, and nothing else is.
// In the corner the frame is a point and its parts hang on it, so that none moves another; a browser would count that as a shift of the page.
// The chat stands in the same shadow root: every rule here names the launcher's own frame, card or button.

/** In the corner, nothing of the page's layout counts. */
export const floatingHostCss = ':host{all:unset!important;display:block!important;position:absolute!important}';
/** In the page, its place and width are the page's, its looks are not. */
export const inlineHostCss =
  ':host{display:block!important;font-size:medium!important;block-size:var(--aiguy-height,min(40em,80vh))!important;min-block-size:0!important;max-block-size:none!important;padding:0!important;border:0!important;background:none!important;box-shadow:none!important;outline:0!important;' +
  'writing-mode:horizontal-tb!important;position:relative!important;inset:auto!important;float:none!important;visibility:visible!important;opacity:1!important;filter:none!important;mask:none!important;clip-path:none!important;transform:none!important;' +
  'translate:none!important;rotate:none!important;scale:none!important;zoom:1!important;overflow:visible!important;columns:auto!important;text-decoration:none!important;content-visibility:visible!important;' +
  'transition:none!important;animation:none!important}';

export const launcherCss = `
.frame{--accent:var(--aiguy-accent,#2b5fd9);--on-accent:var(--aiguy-on-accent,#fff);--surface:#fff;--text:#1c2024;--line:#e2e5ea;
all:initial;display:block;font-family:inherit;font-size:var(--aiguy-font-size,medium);line-height:1.5;color:var(--text);color-scheme:light}
@supports (color:oklch(from red l c h)){.frame{--on-accent:var(--aiguy-on-accent,oklch(from var(--accent) clamp(0,(.62 - l)*1000,1) 0 0))}}
.frame[data-theme=dark]{--surface:#1b1e24;--text:#eceef2;--line:#343943;color-scheme:dark}
@media (prefers-color-scheme:dark){.frame[data-theme=auto]{--surface:#1b1e24;--text:#eceef2;--line:#343943;color-scheme:dark}}
.frame[data-theme=own]{--surface:var(--aiguy-surface,#fff);--text:var(--aiguy-text,#1c2024);--line:color-mix(in srgb,var(--text) 18%,var(--surface))}
.launch{all:unset;box-sizing:border-box;display:inline-flex;align-items:center;justify-content:center;gap:.6em;min-height:3em;padding:0 1.4em;border-radius:3em;font-weight:600;background:var(--accent);color:var(--on-accent);cursor:pointer;-webkit-tap-highlight-color:transparent}
.launch:hover{filter:brightness(1.08)}
.launch:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
.launch svg{inline-size:1.5em;block-size:1.5em;flex:none;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.launch .to-close,[data-phase=open] .launch .to-open{display:none}
[data-phase=open] .launch .to-close{display:block}
.card .status{margin:0;font-size:.875em}
.card .status:empty,[data-phase=closed] .panel,[data-phase=loading] .panel,[data-phase=failed] .panel{display:none}
[data-phase=loading] .launch{opacity:.7;cursor:progress}
.frame.floating{position:fixed;z-index:99999;inset-block-end:calc(1.25em + env(safe-area-inset-bottom));inset-inline-end:1.25em;inline-size:0;block-size:0}
.frame.floating>*,.frame.floating .status{position:absolute;inset-inline-end:0;inset-block-end:0}
.frame.floating .panel,.frame.floating .status{inset-block-end:4.375em}
.frame.floating .launch{inline-size:3.5em;block-size:3.5em;padding:0;box-shadow:0 .15em .4em rgb(0 0 0/.16),0 .5em 1.6em rgb(0 0 0/.2)}
.frame.floating .launch .label{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.frame.floating .card .status{inset-block-end:4.6em;inline-size:max-content;max-inline-size:16em;padding:.5em .9em;border:1px solid var(--line);border-radius:.8em;background:var(--surface);box-shadow:0 .3em 1em rgb(0 0 0/.12)}
.frame.inline{position:absolute;inset:0}
.frame.inline .panel,.frame.inline .card{block-size:100%}
.frame.inline .card{box-sizing:border-box;display:flex;flex-direction:column;gap:1em;overflow:auto;padding:1.125em;border:1px solid var(--aiguy-line,var(--line));border-radius:var(--aiguy-radius,1.25em);background:var(--surface)}
.frame.inline .card>.title{flex:none;white-space:normal;line-height:1.3;margin:0 -1.0588em;padding:.1176em 1.0588em 1.0588em;border-block-end:1px solid var(--line);font-size:1.0625em}
.frame.inline .card>.greeting{align-self:flex-start;max-inline-size:88%;padding:.625em .9375em;border-radius:1.125em;border-end-start-radius:.3em;background:color-mix(in srgb,var(--text) 6%,var(--surface))}
.frame.inline .launch{flex:none;margin-block-start:auto}
.card .title,.card .greeting{margin:0}
.card .title{font-weight:600}
.frame.inline[data-phase=open] .card{display:none}
@media (max-width:30em){.frame.floating[data-phase=open] .card{display:none}}
@media (forced-colors:active){.launch{border:2px solid ButtonText}}
`;
