// What was said, to keep: as a file, by mail to the account's address, or to one that a guest shows to be his with a code.
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { fields, text } from '../chat/json.ts';
import { toChatError } from '../chat/session.ts';
import { save } from '../widget/save.ts';
import type { ViewProps } from './panel.tsx';

type Said = { text: string; isProblem: boolean };

export function SendTranscript({ conversation, explain, isCustomer }: ViewProps & { isCustomer: boolean }) {
  const [said, setSaid] = useState<Said>({ text: '', isProblem: false });
  const [isWorking, setIsWorking] = useState(false);
  const attempt = async (work: () => Promise<string>) => {
    if (isWorking) return;
    setIsWorking(true);
    setSaid({ text: '', isProblem: false });
    try {
      setSaid({ text: await work(), isProblem: false });
    } catch (error) {
      setSaid({ text: problemOf(toChatError(error).code, explain), isProblem: true });
    }
    setIsWorking(false);
  };
  const download = async () => {
    const file = fields(await conversation.call('transcript'));
    save(new Blob([text(file.text)], { type: 'text/plain' }), text(file.name) || 'conversation.txt');
    return __('The file is in your downloads.', 'aiguy');
  };
  const mail = async (body: object) => {
    const { sentTo, triedAgainTo } = fields(await conversation.call('transcript', body));
    if (triedAgainTo) {
      /* translators: %s: an e-mail address, shortened. */
      return sprintf(
        __(
          'The e-mail could not be sent just now. Sending it to %s is tried again within the next hour, also when you close this page. You can download the conversation now.',
          'aiguy',
        ),
        text(triedAgainTo),
      );
    }
    /* translators: %s: an e-mail address, shortened. */
    return sprintf(__('The conversation is on its way to %s.', 'aiguy'), text(sentTo));
  };
  return (
    <div className="form" aria-busy={isWorking}>
      <div className="card-buttons">
        <button type="button" className="card-no" onClick={() => void attempt(download)}>
          {__('Download as a text file', 'aiguy')}
        </button>
        {isCustomer ? (
          <button type="button" className="card-go" onClick={() => void attempt(async () => await mail({}))}>
            {__('Mail it to my account’s address', 'aiguy')}
          </button>
        ) : null}
      </div>
      {isCustomer ? null : (
        <GuestMail attempt={attempt} askCode={async (email) => void (await conversation.call('transcript', { email }))} mail={mail} />
      )}
      <p className={said.isProblem ? 'card-problem' : ''} role={said.isProblem ? 'alert' : 'status'}>
        {said.text}
      </p>
    </div>
  );
}

type GuestProps = {
  attempt: (work: () => Promise<string>) => Promise<void>;
  askCode: (email: string) => Promise<void>;
  mail: (body: object) => Promise<string>;
};

function GuestMail({ attempt, askCode, mail }: GuestProps) {
  const [email, setEmail] = useState('');
  const [code, setCode] = useState('');
  const [isCodeSent, setIsCodeSent] = useState(false);
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    void attempt(async () => {
      if (isCodeSent) {
        const said = await mail({ email: email.trim(), code: code.trim() });
        setIsCodeSent(false);
        setCode('');
        return said;
      }
      await askCode(email.trim());
      setIsCodeSent(true);
      return __('We have mailed a code to this address, so that nobody else’s is used. It is valid for ten minutes.', 'aiguy');
    });
  };
  return (
    <form className="form" onSubmit={submit}>
      <label className="form-field">
        <span className="label">{__('Or by e-mail to', 'aiguy')}</span>
        <input
          type="email"
          required
          maxLength={254}
          autoComplete="email"
          dir="ltr"
          readOnly={isCodeSent}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </label>
      {isCodeSent ? (
        <label className="form-field">
          <span className="label">{__('The code from the mail', 'aiguy')}</span>
          <input
            type="text"
            required
            // biome-ignore lint/a11y/noAutofocus: it is the next step of the form that has the focus
            autoFocus
            inputMode="numeric"
            pattern="\s*[0-9]{6}\s*"
            autoComplete="one-time-code"
            dir="ltr"
            data-secret
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </label>
      ) : null}
      <div className="card-buttons">
        {isCodeSent ? (
          <button type="button" className="card-no" onClick={() => setIsCodeSent(false)}>
            {__('Another address', 'aiguy')}
          </button>
        ) : null}
        <button type="submit" className="card-go">
          {isCodeSent ? __('Send the conversation', 'aiguy') : __('Send me a code', 'aiguy')}
        </button>
      </div>
    </form>
  );
}

function problemOf(code: string, explain: (code: string) => string): string {
  switch (code) {
    case 'code_wrong':
      return __('That code isn’t right, or not valid any more.', 'aiguy');
    case 'invalid_request':
      return __('That is no e-mail address.', 'aiguy');
    case 'rate_limited':
      return __('Too many mails were asked for. Try again in an hour, or download the conversation.', 'aiguy');
    default:
      return explain(code);
  }
}
