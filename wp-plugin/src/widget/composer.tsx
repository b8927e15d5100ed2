// Where the visitor writes: Enter sends, Shift+Enter breaks the line; what is sent while an answer runs waits for its turn.
import { forwardRef, type RefObject, useContext, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import type { Snapshot } from '../chat/conversation.ts';
import { ExtrasContext } from './extras-slots.ts';
import { Icon } from './icon.tsx';

/** As the server counts them: code points, composed. */
const charactersMax = 4000;
const counterFrom = 3600;

type Props = {
  placeholder: string;
  snapshot: Snapshot;
  /** @returns whether the text was taken */
  onSend: (text: string) => boolean;
  onStop: () => void;
};

export const Composer = forwardRef<HTMLTextAreaElement, Props>(function Composer({ placeholder, snapshot, onSend, onStop }, forwarded) {
  const [text, setText] = useState('');
  const extras = useContext(ExtrasContext);
  const field = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(forwarded, () => field.current as HTMLTextAreaElement);
  useFittingHeight(field, text);
  const length = countCharacters(text);
  const canSend = text.trim() !== '' && length <= charactersMax;

  const submit = () => {
    if (canSend && onSend(text)) setText('');
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  const onSubmit = (event: React.FormEvent) => {
    event.preventDefault();
    submit();
  };
  return (
    <form className="composer" onSubmit={onSubmit}>
      {extras ? <extras.Offer text={text} field={field} /> : null}
      <div className="field">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          enterKeyHint="send"
          aria-label={placeholder}
          aria-describedby="aiguy-counter"
          aria-invalid={length > charactersMax}
          placeholder={placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {extras ? <extras.Voice text={text} onText={setText} field={field} /> : null}
        <ComposerButtons snapshot={snapshot} canSend={canSend} onStop={onStop} field={field} />
      </div>
      <Counter length={length} />
    </form>
  );
});

type ButtonProps = { snapshot: Snapshot; canSend: boolean; onStop: () => void; field: RefObject<HTMLTextAreaElement> };

function ComposerButtons({ snapshot, canSend, onStop, field }: ButtonProps) {
  const isRunning = snapshot.chat.run !== undefined;
  const stop = () => {
    onStop();
    field.current?.focus();
  };
  return (
    <>
      {isRunning ? (
        <button type="button" className="round stop" aria-label={__('Stop the answer', 'aiguy')} disabled={snapshot.isStopping} onClick={stop}>
          <Icon name="stop" />
        </button>
      ) : null}
      {isRunning && !canSend ? null : (
        <button type="submit" className="round send" aria-label={__('Send', 'aiguy')} disabled={!canSend}>
          <Icon name="send" />
        </button>
      )}
    </>
  );
}

function Counter({ length }: { length: number }) {
  const isNear = length >= counterFrom;
  /* translators: 1: characters written, 2: characters allowed. */
  const text = isNear ? sprintf(__('%1$d of %2$d characters', 'aiguy'), length, charactersMax) : '';
  return (
    <p id="aiguy-counter" className={`counter ${length > charactersMax ? 'is-over' : ''}`} hidden={!isNear}>
      {text}
      <span className="unseen" role="status">
        {length > charactersMax ? __('The message is too long to be sent.', 'aiguy') : ''}
      </span>
    </p>
  );
}

function countCharacters(text: string): number {
  return text.length < counterFrom / 2 ? text.length : [...text.trim().normalize('NFC')].length;
}

/** Grows with its text, up to the limit that the style sets. */
function useFittingHeight(field: RefObject<HTMLTextAreaElement>, text: string): void {
  const fit = () => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = text === '' ? '' : `${element.scrollHeight}px`;
  };
  useLayoutEffect(fit, [text]);
  useEffect(() => {
    window.addEventListener('resize', fit);
    return () => window.removeEventListener('resize', fit);
  });
}
