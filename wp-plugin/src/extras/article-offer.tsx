// Articles above the text box while the visitor types: seen, said once, reached by Tab, and gone with Escape; they never take the focus.
import { type RefObject, useEffect, useState, useSyncExternalStore } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import { type ArticleSuggestions, createArticleSuggestions } from '../chat/article-suggestions.ts';
import { waitMs } from '../chat/wait.ts';
import type { ExtrasGlobal } from '../options.ts';
import { Sign } from './sign.tsx';

type Props = Pick<Parameters<ExtrasGlobal>[0], 'options' | 'session' | 'fetch'> & { text: string; field: RefObject<HTMLTextAreaElement> };

export function ArticleOffer({ options, session, fetch, text, field }: Props) {
  const [suggestions] = useState(() => (options.suggestArticles ? suggest({ rest: options.rest, session, fetch }) : undefined));
  useEffect(() => suggestions?.type(text), [suggestions, text]);
  useEffect(() => {
    const form = field.current?.closest('form');
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || !suggestions?.snapshot().articles.length) return;
      // The first Escape closes the articles, the next one the chat.
      event.stopPropagation();
      suggestions.dismiss();
      field.current?.focus();
    };
    form?.addEventListener('keydown', onKeyDown);
    return () => form?.removeEventListener('keydown', onKeyDown);
  }, [suggestions, field]);
  const dismiss = () => {
    suggestions?.dismiss();
    field.current?.focus();
  };
  return suggestions ? <Offer suggestions={suggestions} onDismiss={dismiss} /> : null;
}

function suggest(site: { rest: string } & Pick<Props, 'session' | 'fetch'>): ArticleSuggestions {
  return createArticleSuggestions({ ...site, base: document.baseURI, wait: waitMs });
}

function Offer({ suggestions, onDismiss }: { suggestions: ArticleSuggestions; onDismiss: () => void }) {
  const { articles, announced } = useSyncExternalStore(suggestions.subscribe, suggestions.snapshot);
  /* translators: %d: number of articles. */
  const announcement = _n('%d article that may help is above the text box.', '%d articles that may help are above the text box.', announced, 'aiguy');
  return (
    <>
      {articles.length === 0 ? null : (
        <section className="offer" aria-labelledby="aiguy-offer">
          <header className="offer-head">
            <h3 id="aiguy-offer">{__('Articles that may help', 'aiguy')}</h3>
            <button type="button" className="icon-button" aria-label={__('Hide the articles', 'aiguy')} onClick={onDismiss}>
              <Sign name="close" />
            </button>
          </header>
          {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes a list without marks for none */}
          <ul role="list">
            {articles.map(({ href, title }) => (
              <li key={href}>
                <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={title}>
                  <bdi>{title}</bdi>
                  <span className="unseen"> {__('(opens in a new tab)', 'aiguy')}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="unseen" role="status">
        {announced === 0 ? '' : sprintf(announcement, announced)}
      </p>
    </>
  );
}
