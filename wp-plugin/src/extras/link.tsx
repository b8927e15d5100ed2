// Going on on another device: a link that works once, made here, and taken there. Its token stands behind the #, which no server sees.
import { useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { fields, text } from '../chat/json.ts';
import { toChatError } from '../chat/session.ts';
import type { ViewProps } from './panel.tsx';

const prefix = '#aiguy-link=';

export function linkTokenIn(hash: string): string | undefined {
  return /^#aiguy-link=([A-Za-z0-9_-]{43})$/.exec(hash)?.[1];
}

export function MakeLink({ conversation, explain }: ViewProps) {
  const [link, setLink] = useState('');
  const [said, setSaid] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    conversation.call('link', {}).then(
      (answer) => setLink(location.origin + location.pathname + location.search + prefix + text(fields(answer).token)),
      (error) => setSaid(explain(toChatError(error).code)),
    );
  }, [conversation, explain]);
  const copy = () => {
    field.current?.select();
    navigator.clipboard?.writeText(link).then(
      () => setSaid(__('Copied.', 'aiguy')),
      () => undefined,
    );
  };
  return (
    <div className="form">
      <p>{__('Open this link on the other device. It works once, within 15 minutes; give it to nobody else.', 'aiguy')}</p>
      {link === '' ? null : (
        <>
          <label className="form-field">
            <span className="label">{__('Link', 'aiguy')}</span>
            <input ref={field} type="text" readOnly dir="ltr" value={link} onFocus={(event) => event.target.select()} />
          </label>
          <div className="card-buttons">
            <button type="button" className="card-go" onClick={copy}>
              {__('Copy the link', 'aiguy')}
            </button>
          </div>
        </>
      )}
      <p role="status">{said}</p>
    </div>
  );
}

export function TakeLink({ conversation, explain, onClose }: ViewProps) {
  const [problem, setProblem] = useState('');
  const leave = () => {
    history.replaceState(history.state, '', location.pathname + location.search);
    onClose();
  };
  const take = async () => {
    try {
      await conversation.change({ link: linkTokenIn(location.hash) ?? '' });
      leave();
    } catch (error) {
      setProblem(explain(toChatError(error).code));
    }
  };
  return (
    <div className="form">
      <p>{__('Go on here with the conversation from your other device? What you have said here is left behind.', 'aiguy')}</p>
      <div className="card-buttons">
        <button type="button" className="card-no" onClick={leave}>
          {__('No', 'aiguy')}
        </button>
        <button type="button" className="card-go" onClick={() => void take()}>
          {__('Go on here', 'aiguy')}
        </button>
      </div>
      {problem === '' ? null : (
        <p className="card-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
