// The rating of a whole conversation: five buttons; the click is the rating.
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import type { Conversation } from '../chat/conversation.ts';
import { toChatError } from '../chat/session.ts';
import { rate } from './rating.ts';
import { Sign } from './sign.tsx';

type Props = {
  conversation: Conversation;
  explain: (code: string) => string;
  /** Named by what stands above it. */
  labelledBy: string;
  onRated: (score: number) => void;
};

const scores = [1, 2, 3, 4, 5];

export function Stars({ conversation, explain, labelledBy, onRated }: Props) {
  const [score, setScore] = useState(conversation.snapshot().chat.ratings['']?.score ?? 0);
  const [problem, setProblem] = useState('');
  const choose = async (next: number) => {
    setScore(next);
    setProblem('');
    try {
      await rate(conversation, { score: next });
      onRated(next);
    } catch (error) {
      setProblem(explain(toChatError(error).code));
    }
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset's legend can't stand elsewhere */}
      <div className="stars" role="group" aria-labelledby={labelledBy}>
        {scores.map((one) => (
          <button
            key={one}
            type="button"
            className={one <= score ? 'is-on' : ''}
            aria-pressed={one === score}
            /* translators: %d: stars, of five. */
            aria-label={sprintf(__('%d of 5', 'aiguy'), one)}
            onClick={() => void choose(one)}
          >
            <Sign name="star" />
          </button>
        ))}
      </div>
      {problem === '' ? null : (
        <p className="card-problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
