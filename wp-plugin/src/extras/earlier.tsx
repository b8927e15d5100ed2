// An earlier conversation to read; it goes on only after a click.
import { useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { fields, list, moment, text } from '../chat/json.ts';
import { toChatError } from '../chat/session.ts';
import { visibleLine, visibleText } from '../chat/visible-text.ts';
import { formatDate } from '../widget/locale-format.ts';
import type { ViewProps } from './panel.tsx';

type Line = { isVisitor: boolean; text: string; at: number | undefined; sources: string[] };
type Said = { lines: Line[]; isShortened: boolean };
type Props = Omit<ViewProps, 'onClose'> & { id: string; title: string; onBack: () => void; onGoOn: () => Promise<void> };

export function Earlier({ conversation, explain, locale, id, title, onBack, onGoOn }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [said, setSaid] = useState<Said>();
  const [problem, setProblem] = useState('');
  const [isWorking, setIsWorking] = useState(false);
  useEffect(() => {
    heading.current?.focus();
    conversation.call(`sessions?read=${encodeURIComponent(id)}`).then(
      (answer) => setSaid({ lines: list(fields(answer).lines).map(readLine), isShortened: fields(answer).isShortened === true }),
      (error) => setProblem(explain(toChatError(error).code)),
    );
  }, [conversation, explain, id]);
  const goOn = async () => {
    setIsWorking(true);
    setProblem('');
    try {
      await onGoOn();
    } catch (error) {
      setProblem(explain(toChatError(error).code));
      setIsWorking(false);
    }
  };
  return (
    <>
      <h4 ref={heading} tabIndex={-1} dir="auto">
        {title}
      </h4>
      <p role="status">{said || problem !== '' ? '' : __('Loading the conversation…', 'aiguy')}</p>
      {said?.isShortened ? <p>{__('Earlier messages are left out.', 'aiguy')}</p> : null}
      <ol className="earlier">
        {said?.lines.map((line, index) => (
          <LineView key={index} line={line} locale={locale} />
        ))}
      </ol>
      {problem === '' ? null : (
        <p className="card-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="card-buttons earlier-buttons">
        <button type="button" className="card-no" onClick={onBack}>
          {__('Back to the list', 'aiguy')}
        </button>
        {said ? (
          <button type="button" className="card-go" aria-disabled={isWorking} onClick={() => void (isWorking || goOn())}>
            {__('Go on with this conversation', 'aiguy')}
          </button>
        ) : null}
      </div>
    </>
  );
}

function LineView({ line: { isVisitor, text: words, at, sources }, locale }: { line: Line; locale: string }) {
  return (
    <li>
      <p>
        <strong>{isVisitor ? __('You', 'aiguy') : __('Assistant', 'aiguy')}</strong>{' '}
        {at === undefined ? null : (
          <time dateTime={new Date(at).toISOString()}>{formatDate(new Date(at), locale, { dateStyle: 'medium', timeStyle: 'short' })}</time>
        )}
      </p>
      <div dir="auto">{isVisitor ? words : withStress(words)}</div>
      {sources.length === 0 ? null : (
        <small dir="auto">
          {__('Sources', 'aiguy')}: {sources.join(' · ')}
        </small>
      )}
    </li>
  );
}

function withStress(words: string) {
  return words.split(/\*\*([^*\n]+)\*\*/).map((part, index) => (index % 2 === 1 ? <strong key={index}>{part}</strong> : part));
}

function readLine(value: unknown): Line {
  const { from, text: words, at, sources } = fields(value);
  const titles = list(sources).map((source) => visibleLine(text(fields(source).title)));
  return { isVisitor: from === 'visitor', text: visibleText(text(words)), at: moment(at), sources: titles };
}
