// The whole conversation, rated from the menu: stars, and words for whoever has some.
import { useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { toChatError } from '../chat/session.ts';
import type { ViewProps } from './panel.tsx';
import { commentCharactersMax, rate } from './rating.ts';
import { Stars } from './stars.tsx';

export function RateConversation({ conversation, explain, onClose }: ViewProps) {
  const [score, setScore] = useState(conversation.snapshot().chat.ratings['']?.score);
  const [comment, setComment] = useState('');
  const [said, setSaid] = useState('');
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (score === undefined) return;
    try {
      await rate(conversation, { score, comment });
      onClose();
    } catch (error) {
      setSaid(explain(toChatError(error).code));
    }
  };
  const rated = (next: number) => {
    setScore(next);
    setSaid(__('Thank you for telling us.', 'aiguy'));
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <p id="aiguy-rate">{__('How was this conversation?', 'aiguy')}</p>
      <Stars conversation={conversation} explain={explain} labelledBy="aiguy-rate" onRated={rated} />
      <p role="status">{said}</p>
      {score === undefined ? null : (
        <>
          <label className="comment">
            {__('In your words', 'aiguy')} <span className="optional">{__('(optional)', 'aiguy')}</span>
            <textarea rows={3} dir="auto" maxLength={commentCharactersMax} value={comment} onChange={(event) => setComment(event.target.value)} />
          </label>
          <div className="card-buttons">
            <button type="submit" className="card-go">
              {__('Done', 'aiguy')}
            </button>
          </div>
        </>
      )}
    </form>
  );
}
