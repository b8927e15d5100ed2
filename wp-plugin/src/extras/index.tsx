// What an open chat offers beside writing and reading: ratings, passages, copies, earlier conversations, transcripts, voice. Loaded after the first view.
import type { ExtrasGlobal } from '../options.ts';
import { Answer } from './answer.tsx';
import { ArticleOffer } from './article-offer.tsx';
import { Panel } from './panel.tsx';
import { Source } from './source.tsx';
import { Voice } from './voice.tsx';
import './styles/panel.css';
import './styles/answers.css';
import './styles/conditions.css';

const styleTimeoutMs = 10_000;

const open: ExtrasGlobal = async ({ root, style, ...ports }) => {
  await loadStyle(root, style);
  return {
    Panel: (props) => <Panel {...props} {...ports} />,
    Answer: (props) => <Answer {...props} explain={ports.explain} />,
    Source,
    Offer: (props) => <ArticleOffer {...props} options={ports.options} session={ports.session} fetch={ports.fetch} />,
    Voice: (props) => <Voice {...props} locale={ports.options.locale} />,
  };
};

window.aiguyExtras = open;

/** Without its style nothing of it is shown. */
function loadStyle(root: ShadowRoot, href: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = () => resolve();
    link.onerror = reject;
    setTimeout(reject, styleTimeoutMs);
    // Behind the chat's own style, wherever the launcher has put it.
    root.append(link);
  });
}
