// One entry of the conversation: what the visitor wrote, an answer, a card, what was done, a notice, or an error with a way on.
import { memo, useContext, useMemo } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { AssistantMessage, ErrorMessage, Message, UserMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import { errorText, isRetryable, noticeText } from '../chat/error-text.ts';
import { hostOf } from '../chat/links.ts';
import { type MarkdownContext, parseMarkdown } from '../chat/markdown.ts';
import { closeUnfinished } from '../chat/unfinished-markdown.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { Citations } from './citations.tsx';
import { ExtrasContext } from './extras-slots.ts';
import { FileLine } from './file-line.tsx';
import { Icon } from './icon.tsx';
import { InterruptCard } from './interrupt-card.tsx';
import { formatDate } from './locale-format.ts';
import { MarkdownView } from './markdown-view.tsx';
import { ReceiptLine } from './receipt-line.tsx';
import { TaskLine } from './task-line.tsx';

type Props = {
  message: Message;
  locale: string;
  conversation: Conversation;
  /** Only the newest entry can be tried again. */
  onRetry: ((error: ErrorMessage) => void) | undefined;
};

export const MessageView = memo(function MessageView({ message, locale, conversation, onRetry }: Props) {
  switch (message.kind) {
    case 'user':
      return <UserView message={message} locale={locale} />;
    case 'assistant':
      return message.text === '' ? null : <AnswerView message={message} locale={locale} conversation={conversation} />;
    case 'notice':
      return <p className="notice">{noticeText(message, __)}</p>;
    case 'interrupt':
      return <InterruptCard card={message} locale={locale} conversation={conversation} />;
    case 'receipt':
      return <ReceiptLine receipt={message} conversation={conversation} />;
    case 'file':
      return <FileLine file={message} conversation={conversation} />;
    case 'task':
      return <TaskLine task={message} />;
    case 'error':
      return <ErrorView error={message} onRetry={onRetry} />;
  }
});

function UserView({ message, locale }: { message: UserMessage; locale: string }) {
  return (
    <article className={`message user ${message.delivery}`}>
      <h3 className="unseen">{__('You', 'aiguy')}</h3>
      <div className="bubble user">
        <p dir="auto">{message.text}</p>
      </div>
      <footer className="meta">
        <Delivery message={message} locale={locale} />
      </footer>
    </article>
  );
}

function Delivery({ message, locale }: { message: UserMessage; locale: string }) {
  switch (message.delivery) {
    case 'failed':
      return <>{__('Not sent', 'aiguy')}</>;
    case 'queued':
      return <>{__('Waiting for the answer before it', 'aiguy')}</>;
    default:
      return <Time at={message.at} locale={locale} />;
  }
}

function AnswerView({ message, locale, conversation }: Omit<Props, 'onRetry'> & { message: AssistantMessage }) {
  const { text, citations, isStreaming, author } = message;
  const extras = useContext(ExtrasContext);
  const context = useMemo(() => markdownContext(citations), [citations]);
  const markdown = useMemo(() => parseMarkdown(isStreaming ? closeUnfinished(text) : text, context), [text, isStreaming, context]);
  return (
    // The announcer tells what is in here, sentence by sentence; the log around it would tell every piece.
    <article className="message assistant" aria-live="off" aria-busy={isStreaming}>
      <h3 className={author ? 'author' : 'unseen'} dir="auto">
        {author ? visibleLine(author) : __('Assistant', 'aiguy')}
      </h3>
      <div className={`bubble assistant ${isStreaming ? 'is-streaming' : ''}`}>
        <MarkdownView blocks={markdown.blocks} citations={citations} />
        {markdown.isShortened ? <p className="shortened">{__('The answer was shortened.', 'aiguy')}</p> : null}
      </div>
      {isStreaming ? null : <Citations citations={citations} />}
      {extras ? <extras.Answer message={message} conversation={conversation} /> : null}
      <footer className="meta">{isStreaming ? null : <Time at={message.at} locale={locale} />}</footer>
    </article>
  );
}

export function markdownContext(citations: AssistantMessage['citations']): MarkdownContext {
  const base = document.baseURI;
  const hosts = citations.flatMap((citation) => hostOf(citation.url, base) ?? []);
  return { base, knownHosts: new Set(hosts), citations: new Set(citations.map((citation) => citation.number)) };
}

function ErrorView({ error, onRetry }: { error: ErrorMessage; onRetry: Props['onRetry'] }) {
  return (
    <div className="error">
      <Icon name="alert" />
      <p>{errorText(error.code, __)}</p>
      {onRetry && isRetryable(error.code) ? (
        <button type="button" className="retry" onClick={() => onRetry(error)}>
          {__('Try again', 'aiguy')}
        </button>
      ) : null}
    </div>
  );
}

function Time({ at, locale }: { at: number | undefined; locale: string }) {
  if (at === undefined) return null;
  const date = new Date(at);
  const whole = formatDate(date, locale, { dateStyle: 'full', timeStyle: 'short' });
  const isToday = date.toDateString() === new Date().toDateString();
  const format: Intl.DateTimeFormatOptions = isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' };
  return (
    <time dateTime={date.toISOString()} title={whole}>
      <span aria-hidden="true">{formatDate(date, locale, format)}</span>
      <span className="unseen">{whole}</span>
    </time>
  );
}
