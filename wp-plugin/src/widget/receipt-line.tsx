// A line for what was done: in words, as a signed file with the page on which it is checked, and with a way back while there is one.
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import type { ReceiptMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import { errorText } from '../chat/error-text.ts';
import { fields, text } from '../chat/json.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { Icon } from './icon.tsx';
import { save } from './save.ts';
import { useUntil } from './use-until.ts';

export function ReceiptLine({ receipt, conversation }: { receipt: ReceiptMessage; conversation: Conversation }) {
  const canUndo = useUntil(receipt.undoUntil);
  const [hasFailed, setHasFailed] = useState(false);
  const [checkAt, setCheckAt] = useState('');
  const download = () => {
    setHasFailed(false);
    conversation.receipt(receipt.number).then(
      async (blob) => {
        save(blob, `receipt-${receipt.number}.json`);
        setCheckAt(addressIn(await blob.text()));
      },
      () => setHasFailed(true),
    );
  };
  return (
    <div className="receipt">
      <p className="outcome is-good">
        <Icon name="check" />
        {/* translators: %s: what was done, such as «Order W1234567 cancelled». */}
        <span dir="auto">{sprintf(__('Done: %s', 'aiguy'), visibleLine(receipt.summary))}</span>
      </p>
      <div className="receipt-buttons">
        <button type="button" className="text-button" onClick={download}>
          {__('Download the receipt', 'aiguy')}
        </button>
        {checkAt ? (
          <a className="text-button" href={checkAt} target="_blank" rel="noopener">
            {__('Check the receipt', 'aiguy')}
          </a>
        ) : null}
        {canUndo ? (
          <button type="button" className="text-button" aria-disabled={receipt.isUndoing} onClick={() => conversation.undo(receipt.effectId)}>
            {receipt.isUndoing ? __('Undoing…', 'aiguy') : __('Undo', 'aiguy')}
            <span className="unseen"> {visibleLine(receipt.summary)}</span>
          </button>
        ) : null}
      </div>
      {receipt.problem === undefined && !hasFailed ? null : (
        <p className="card-problem" role="alert">
          {receipt.problem === undefined ? __('The receipt could not be loaded. Try again.', 'aiguy') : errorText(receipt.problem, __)}
        </p>
      )}
    </div>
  );
}

/** Where the file says that it can be checked; empty for a file that says nothing of it. */
function addressIn(file: string): string {
  try {
    const address = text(fields(JSON.parse(file)).check_at);
    return /^https?:/.test(address) ? address : '';
  } catch {
    return '';
  }
}
