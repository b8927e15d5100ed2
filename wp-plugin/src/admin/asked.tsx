// What an admin route answers, drawn once it is there; until then a spinner, and where it failed why, with another try.
import { Notice, Spinner } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import type { ReactNode } from 'react';
import { useAnswer } from './use-answer';

type Props<Answer> = { path: string; children: (answer: Answer, again: () => void) => ReactNode };

export function Asked<Answer>({ path, children }: Props<Answer>) {
  const { answered, again } = useAnswer<Answer>(path);
  if (answered.state === 'loading') return <Spinner />;
  if (answered.state === 'ready') return children(answered.answer, again);
  return (
    <Notice status="error" isDismissible={false} actions={[{ label: __('Try again', 'aiguy'), onClick: again }]}>
      {answered.message}
    </Notice>
  );
}
