// What was said, as text and nothing else: links and markup of strangers stay letters; only what the agent stressed is bold.
import type { TranscriptEntry } from '@aiguy/manifests/generated/http';
import { memo, useEffect, useRef } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { ReactNode } from 'react';
import { visibleText } from '../../chat/visible-text';
import { plainLinks } from './plain-links';
import { happened, moment, speaker } from './words';

/** Nearer to the end than this, the reader follows what comes. */
const nearPx = 80;

export function Transcript({ entries }: { entries: TranscriptEntry[] }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const length = entries.reduce((sum, { text }) => sum + text.length + 1, 0);
  useEffect(() => {
    if (box.current && length > 0 && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [length]);
  const onScroll = () => {
    const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = box.current ?? {};
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearPx;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keyboard
    <div ref={box} className="aiguy-transcript" role="log" aria-label={__('What was said', 'aiguy')} tabIndex={0} onScroll={onScroll}>
      {entries.map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
    </div>
  );
}

function withStress(text: string): ReactNode[] {
  return text.split(/\*\*([^*\n]+)\*\*/).map((part, index) => (index % 2 === 1 ? <strong key={index}>{part}</strong> : part));
}

const Entry = memo(
  function Entry({ entry }: { entry: TranscriptEntry }) {
    if (entry.kind === 'event') {
      return (
        <p className="aiguy-event" dir="auto">
          {happened(entry)}
        </p>
      );
    }
    return (
      <article className={`aiguy-entry is-${entry.kind}`}>
        <header>
          <strong dir="auto">{speaker(entry)}</strong> <time dateTime={entry.at}>{moment(entry.at)}</time>
        </header>
        <p dir="auto">{entry.kind === 'agent' ? withStress(plainLinks(visibleText(entry.text))) : visibleText(entry.text)}</p>
        {entry.sources ? (
          <footer dir="auto">
            {__('From:', 'aiguy')} {entry.sources.map(({ title }) => title).join(' · ')}
          </footer>
        ) : null}
      </article>
    );
  },
  ({ entry: before }, { entry: now }) =>
    before.text === now.text && before.kind === now.kind && before.name === now.name && before.event === now.event,
);
