// Below an answer: copy it, say whether it helped, and the passage that one of its numbers was clicked for.
import { useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { AssistantMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import { pastedText } from '../chat/pasted-text.ts';
import { Preview } from './preview.tsx';
import { Sign } from './sign.tsx';
import { type SourceWish, sourceEvent } from './source.tsx';
import { Thumbs } from './thumbs.tsx';

type Props = { message: AssistantMessage; conversation: Conversation; explain: (code: string) => string };

const copiedMs = 3000;

export function Answer({ message, conversation, explain }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [wish, setWish] = useState<SourceWish>();
  useEffect(() => {
    const article = place.current?.closest('article');
    const show = (event: Event) => setWish((event as CustomEvent<SourceWish>).detail);
    article?.addEventListener(sourceEvent, show);
    return () => article?.removeEventListener(sourceEvent, show);
  }, []);
  return (
    <div ref={place} className="after-answer">
      {wish ? <Preview wish={wish} onClose={() => setWish(undefined)} /> : null}
      {message.isStreaming ? null : (
        <div className="answer-actions">
          <Copy message={message} />
          {message.runId === undefined ? null : <Thumbs runId={message.runId} conversation={conversation} explain={explain} />}
        </div>
      )}
    </div>
  );
}

function Copy({ message }: { message: AssistantMessage }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), copiedMs);
    return () => clearTimeout(timer);
  }, [isCopied]);
  // Browsers give it to encrypted pages alone.
  if (!navigator.clipboard) return null;
  const copy = () =>
    void navigator.clipboard.writeText(pastedText(message)).then(
      () => setIsCopied(true),
      () => undefined,
    );
  return (
    <>
      <button
        type="button"
        className="small-button"
        aria-label={__('Copy the answer', 'aiguy')}
        title={__('Copy the answer', 'aiguy')}
        onClick={copy}
      >
        <Sign name={isCopied ? 'check' : 'copy'} />
      </button>
      <span className="unseen" role="status">
        {isCopied ? __('Copied.', 'aiguy') : ''}
      </span>
    </>
  );
}
