// Where a person writes to the visitor; Ctrl or ⌘ with Enter sends.
import { Button, TextareaControl } from '@wordpress/components';
import { useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { Act } from './conversation-view';

const charactersMax = 4000;

export function ReplyBox({ act }: { act: Act }) {
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  /** Sent again after a failure it is the same message, so that the visitor reads it once. */
  const id = useRef(crypto.randomUUID());
  useEffect(() => field.current?.focus(), []);
  const send = async () => {
    if (text.trim() === '' || isBusy) return;
    setBusy(true);
    if (await act('messages', { messageId: id.current, text })) {
      id.current = crypto.randomUUID();
      setText('');
    }
    setBusy(false);
    field.current?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void send();
  };
  return (
    <div className="aiguy-reply">
      <TextareaControl
        __nextHasNoMarginBottom
        ref={field}
        label={__('Your answer', 'aiguy')}
        help={__('The visitor sees your name. Ctrl or ⌘ with Enter sends.', 'aiguy')}
        dir="auto"
        rows={3}
        maxLength={charactersMax}
        value={text}
        onChange={setText}
        onKeyDown={onKeyDown}
      />
      <Button variant="primary" isBusy={isBusy} disabled={isBusy || text.trim() === ''} accessibleWhenDisabled onClick={() => void send()}>
        {__('Send', 'aiguy')}
      </Button>
    </div>
  );
}
