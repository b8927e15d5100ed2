// «What would you answer?»: a guest's question, the answer that the chat would give from the knowledge, and why.
import type { KnowledgeTrial } from '@aiguy/manifests/generated/http';
import { Button, Card, CardBody, CardHeader, ExternalLink, Notice, SelectControl, Spinner, TextControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { hostOf } from '../../chat/links';
import { parseMarkdown } from '../../chat/markdown';
import { MarkdownView } from '../../widget/markdown-view';
import { request } from '../request';
import { type KnowledgeState, wordsOf } from './state';

/** As Knowledge_Controller answers: with where a page of this site is edited. */
type Passage = KnowledgeTrial['finding']['passages'][number] & { edit: string };
type Trial = Omit<KnowledgeTrial, 'finding'> & { finding: Omit<KnowledgeTrial['finding'], 'passages'> & { passages: Passage[] } };
type Outcome = { is: 'nothing' } | { is: 'asking' } | { is: 'failed'; message: string } | { is: 'answered'; trial: Trial };

const questionLength = { min: 2, max: 400 };

export function TryCard({ isEmpty, agents }: { isEmpty: boolean; agents: KnowledgeState['agents'] }) {
  const [agent, setAgent] = useState(agents[0]?.id ?? '');
  const [question, setQuestion] = useState('');
  const [outcome, setOutcome] = useState<Outcome>({ is: 'nothing' });
  const isAskable = question.trim().length >= questionLength.min && outcome.is !== 'asking';
  const ask = async () => {
    setOutcome({ is: 'asking' });
    try {
      setOutcome({ is: 'answered', trial: await request<Trial>('knowledge/try', { method: 'POST', data: { question: question.trim(), agent } }) });
    } catch (error) {
      setOutcome({ is: 'failed', message: wordsOf(error) });
    }
  };
  return (
    <Card>
      <CardHeader>
        <h2>{__('What would it answer?', 'aiguy')}</h2>
      </CardHeader>
      <CardBody>
        <form
          className="aiguy-knowledge-ask"
          onSubmit={(event) => {
            event.preventDefault();
            if (isAskable) void ask();
          }}
        >
          {agents.length > 1 && (
            <SelectControl
              __next40pxDefaultSize
              __nextHasNoMarginBottom
              label={__('Agent', 'aiguy')}
              value={agent}
              options={agents.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={setAgent}
            />
          )}
          <TextControl
            __next40pxDefaultSize
            __nextHasNoMarginBottom
            label={__('Ask as a visitor would', 'aiguy')}
            value={question}
            maxLength={questionLength.max}
            placeholder={__('How do I send something back?', 'aiguy')}
            onChange={setQuestion}
          />
          <Button type="submit" variant="primary" __next40pxDefaultSize disabled={!isAskable} accessibleWhenDisabled>
            {__('Ask', 'aiguy')}
          </Button>
        </form>
        {isEmpty && outcome.is === 'nothing' && (
          <p className="description">{__('Let it learn your pages first; then see here what visitors would be told.', 'aiguy')}</p>
        )}
        <div aria-live="polite">
          {outcome.is === 'asking' && <Spinner />}
          {outcome.is === 'failed' && (
            <Notice status="error" isDismissible={false}>
              {outcome.message}
            </Notice>
          )}
          {outcome.is === 'answered' && <Answered trial={outcome.trial} />}
        </div>
      </CardBody>
    </Card>
  );
}

function Answered({ trial: { answer, finding } }: { trial: Trial }) {
  return (
    <div className="aiguy-knowledge-trial">
      {answer.kind === 'unavailable' ? (
        <Notice status="warning" isDismissible={false}>
          {__('The answer could not be written just now. What was found is below.', 'aiguy')}
        </Notice>
      ) : (
        <Answer answer={answer} />
      )}
      <p className="description">
        {__(
          'From your pages alone, as a visitor’s first question. In the chat the agent may also look up orders or products, and it remembers what was said before.',
          'aiguy',
        )}
      </p>
      <h3>{__('Why', 'aiguy')}</h3>
      <p>{verdictWords(finding)}</p>
      {finding.passages.length === 0 ? (
        <p>{__('Nothing that it knows is near to this question. A page about it would help.', 'aiguy')}</p>
      ) : (
        <ol className="aiguy-knowledge-passages">
          {finding.passages.map((passage) => (
            <PassageLine key={passage.id} passage={passage} isCited={answer.citations.some(({ passageId }) => passageId === passage.id)} />
          ))}
        </ol>
      )}
    </div>
  );
}

/** Written as in the chat. */
function Answer({ answer: { text, citations } }: { answer: Trial['answer'] }) {
  const base = window.location.href;
  const knownHosts = new Set(citations.flatMap(({ url }) => hostOf(url, base) ?? []));
  const { blocks } = parseMarkdown(text, { base, knownHosts, citations: new Set(citations.map(({ number }) => number)) });
  return (
    <blockquote className="aiguy-knowledge-answer">
      <MarkdownView blocks={blocks} citations={citations} />
    </blockquote>
  );
}

const percent = (part: number) => Math.round(part * 100);

function verdictWords({ answerable, confidence, threshold, judge }: Trial['finding']): string {
  if (judge === 'model') {
    return answerable
      ? __('A model has read these passages and finds the answer in them.', 'aiguy')
      : __('A model has read these passages and does not find the answer in them.', 'aiguy');
  }
  const words = answerable
    ? // translators: 1, 2: numbers from 0 to 100.
      __('It answers: it is %1$d%% sure that these passages hold the answer, and needs %2$d%%.', 'aiguy')
    : // translators: 1, 2: numbers from 0 to 100.
      __('It does not answer: it is only %1$d%% sure that these passages hold the answer, and needs %2$d%%.', 'aiguy');
  return sprintf(words, percent(confidence), percent(threshold));
}

function PassageLine({ passage, isCited }: { passage: Passage; isCited: boolean }) {
  const { title, heading, url, text, edit, site_document: own } = passage;
  return (
    <li>
      <details>
        <summary>
          <strong>{title}</strong>
          {heading !== '' && ` › ${heading}`}
          {isCited && <span className="aiguy-knowledge-tag">{__('cited', 'aiguy')}</span>}
          <span className="aiguy-knowledge-reason">{reasonWords(passage)}</span>
        </summary>
        <p className="aiguy-knowledge-text">{text}</p>
      </details>
      <p className="aiguy-knowledge-links">
        <ExternalLink href={url}>{__('Read', 'aiguy')}</ExternalLink>
        {edit !== '' && <a href={edit}>{__('Edit', 'aiguy')}</a>}
        {own === null && <span>{__('Taught by the operator of your agent', 'aiguy')}</span>}
      </p>
    </li>
  );
}

function reasonWords({ found_by: by, covered, missing, score }: Passage): string {
  const how =
    by.meaning !== null && by.words !== null
      ? __('Found by meaning and by words', 'aiguy')
      : by.meaning !== null
        ? __('Found by meaning', 'aiguy')
        : by.words !== null
          ? __('Found by words', 'aiguy')
          : __('Comes along with the page', 'aiguy');
  const list = new Intl.ListFormat(window.aiguyAdmin.locale, { type: 'unit' });
  // translators: %d: a number from 0 to 100.
  const parts: string[] = [how, sprintf(__('fits %d%%', 'aiguy'), percent(score))];
  // translators: %s: words of the question.
  if (covered.length > 0) parts.push(sprintf(__('has: %s', 'aiguy'), list.format(covered)));
  // translators: %s: words of the question.
  if (missing.length > 0) parts.push(sprintf(__('lacks: %s', 'aiguy'), list.format(missing)));
  return parts.join(' · ');
}
