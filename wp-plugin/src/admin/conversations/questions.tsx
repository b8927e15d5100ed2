// Questions that had no good answer, and the way to give one: an article.
import type { StaffQuestion, StaffQuestionList } from '@aiguy/manifests/generated/http';
import { Button, Notice } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import { visibleLine } from '../../chat/visible-text';
import { Asked } from '../asked';
import { RequestError, request } from '../request';
import { moment } from './words';

/** Questions_Controller of the plugin: whether this person's article would be learnt. */
type Article = 'offered' | 'not_learnt' | 'not_allowed';
type Answer = StaffQuestionList & { article: Article };
type Props = { onOpen: (sessionId: string) => void };

export function Questions({ onOpen }: Props) {
  return <Asked<Answer> path="questions">{(answer) => <List {...answer} onOpen={onOpen} />}</Asked>;
}

function List({ questions, article, onOpen }: Props & Answer) {
  const [problem, setProblem] = useState<string | undefined>();
  if (questions.length === 0) return <p className="aiguy-empty">{__('Every question of the last 90 days got an answer.', 'aiguy')}</p>;
  return (
    <>
      <Advice article={article} />
      {problem === undefined ? null : (
        <Notice status="error" onRemove={() => setProblem(undefined)}>
          {problem}
        </Notice>
      )}
      <ul className="aiguy-cards">
        {questions.map((question) => (
          <li key={question.question}>
            <Question question={question} article={article} onOpen={onOpen} onProblem={setProblem} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Advice({ article }: { article: Article }) {
  if (article === 'not_allowed') return <p>{__('The agent found nothing for these.', 'aiguy')}</p>;
  if (article === 'offered')
    return <p>{__('The agent found nothing for these. Write an article, and once it is published the agent can answer.', 'aiguy')}</p>;
  const { adminUrl, may } = window.aiguyAdmin;
  return (
    <p>
      {__('The agent found nothing for these. It learns neither pages nor posts here, so an article would not help it.', 'aiguy')}{' '}
      {may.manage ? <a href={`${adminUrl}?page=aiguy-knowledge`}>{__('Choose what it learns', 'aiguy')}</a> : null}
    </p>
  );
}

type QuestionProps = Props & { question: StaffQuestion; article: Article; onProblem: (words: string) => void };

function Question({ question, article, onOpen, onProblem }: QuestionProps) {
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
        {article === 'offered' ? (
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
