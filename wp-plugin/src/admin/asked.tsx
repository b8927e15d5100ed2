// What an admin route answers, drawn once it is there; until then a spinner, and where it failed why, with the way on.
import { Spinner } from '@wordpress/components';
import type { ReactNode } from 'react';
import { Problem } from './problem';
import { useAnswer } from './use-answer';

type Props<Answer> = { path: string; children: (answer: Answer, again: () => void) => ReactNode };

export function Asked<Answer>({ path, children }: Props<Answer>) {
  const { answered, again } = useAnswer<Answer>(path);
  if (answered.state === 'loading') return <Spinner />;
  if (answered.state === 'ready') return children(answered.answer, again);
  return <Problem failure={answered} again={again} />;
}
