// Questions that had no good answer, and the way to give one: an article.
import type { StaffQuestion, StaffQuestionList } from '@aiguy/manifests/generated/http';
import { Button, Notice } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import { visibleLine } from '../../chat/visible-text';
import { Asked } from '../asked';
import { RequestError, request } from '../request';
import { moment } from './words';

type Props = { onOpen: (sessionId: string) => void };

export function Questions({ onOpen }: Props) {
  return <Asked<StaffQuestionList> path="questions">{({ questions }) => <List questions={questions} onOpen={onOpen} />}</Asked>;
}

function List({ questions, onOpen }: Props & StaffQuestionList) {
  const [problem, setProblem] = useState<string | undefined>();
  if (questions.length === 0) return <p className="aiguy-empty">{__('Every question of the last 90 days got an answer.', 'aiguy')}</p>;
  return (
    <>
      <p>{__('The agent found nothing for these. Write an article, and it can answer next time.', 'aiguy')}</p>
      {problem === undefined ? null : (
        <Notice status="error" onRemove={() => setProblem(undefined)}>
          {problem}
        </Notice>
      )}
      <ul className="aiguy-cards">
        {questions.map((question) => (
          <li key={question.question}>
            <Question question={question} onOpen={onOpen} onProblem={setProblem} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Question({ question, onOpen, onProblem }: Props & { question: StaffQuestion; onProblem: (words: string) => void }) {
  const [isBusy, setBusy] = useState(false);
  const write = async () => {
    setBusy(true);
    try {
      const { editUrl } = await request<{ editUrl: string }>('questions/draft', { method: 'POST', data: { question: question.question } });
      window.location.assign(editUrl);
    } catch (error) {
      onProblem(error instanceof RequestError ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <>
      <p dir="auto">
        <strong>{visibleLine(question.question)}</strong>
      </p>
      <p>
        {/* translators: 1: number of times, 2: date and time. */}
        {sprintf(
          _n('Asked %1$d time, last %2$s', 'Asked %1$d times, last %2$s', question.count, 'aiguy'),
          question.count,
          moment(question.lastAskedAt),
        )}
      </p>
      <div className="aiguy-export">
        {window.aiguyAdmin.mayEditPosts ? (
          <Button variant="secondary" isBusy={isBusy} disabled={isBusy} onClick={() => void write()}>
            {__('Write an article', 'aiguy')}
          </Button>
        ) : null}
        <Button variant="link" onClick={() => onOpen(question.sessionId)}>
          {__('Open the conversation', 'aiguy')}
        </Button>
      </div>
    </>
  );
}
