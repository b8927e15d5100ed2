// Who is told when a visitor waits or leaves a ticket. Addresses that are secrets are written here and never shown again.
import { Button, Notice, TextControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { Asked } from '../asked';
import { emailsIn } from '../emails';
import { RequestError, request } from '../request';

/** Alert_Settings::shown() of the plugin. */
type Shown = { emails: string[]; slack: boolean; webhookHost: string; secret: boolean };
type Typed = { emails: string; slackUrl: string; webhookUrl: string; webhookSecret: string };
type Way = 'email' | 'slack' | 'webhook';
type Tried = { sent: Way[]; failed: Way[] };
type Said = { status: 'success' | 'error'; words: string };

export function Alerts() {
  return <Asked<Shown> path="alerts">{(shown) => <Form shown={shown} />}</Asked>;
}

function Form({ shown: first }: { shown: Shown }) {
  const [shown, setShown] = useState(first);
  const [typed, setTyped] = useState<Typed>({ emails: first.emails.join(', '), slackUrl: '', webhookUrl: '', webhookSecret: '' });
  const [said, setSaid] = useState<Said | undefined>();
  const post = async <Answer,>(path: string, data: object): Promise<Answer | undefined> => {
    try {
      return await request<Answer>(path, { method: 'POST', data });
    } catch (error) {
      setSaid({ status: 'error', words: error instanceof RequestError ? error.message : String(error) });
      return undefined;
    }
  };
  /** @returns whether it is kept */
  const save = async (change: object): Promise<boolean> => {
    const answer = await post<Shown>('alerts', change);
    if (!answer) return false;
    setShown(answer);
    setTyped((before) => ({ ...before, slackUrl: '', webhookUrl: '', webhookSecret: '' }));
    setSaid({ status: 'success', words: __('Saved.', 'aiguy') });
    return true;
  };
  // What is on the screen is what is tried.
  const test = async () => {
    const answer = (await save(changed(typed))) && (await post<Tried>('alerts/test', {}));
    if (answer) setSaid(triedWords(answer));
  };
  const type = (part: Partial<Typed>) => setTyped((before) => ({ ...before, ...part }));
  return (
    <form
      className="aiguy-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save(changed(typed));
      }}
    >
      <p>
        {__(
          'Be told at once when a visitor waits for a person or leaves a ticket, and once a day when a limit of messages or money is reached.',
          'aiguy',
        )}
      </p>
      <Fields typed={typed} shown={shown} onType={type} onClear={(change) => void save(change)} />
      {said ? (
        <Notice status={said.status} onRemove={() => setSaid(undefined)}>
          {said.words}
        </Notice>
      ) : null}
      <div className="aiguy-export">
        <Button variant="primary" type="submit">
          {__('Save', 'aiguy')}
        </Button>
        <Button variant="secondary" onClick={() => void test()}>
          {__('Save and send a test', 'aiguy')}
        </Button>
      </div>
    </form>
  );
}

function triedWords({ sent, failed }: Tried): Said {
  if (failed.length > 0)
    /* translators: %s: ways, such as e-mail, Slack. */
    return { status: 'error', words: sprintf(__('This did not get through: %s', 'aiguy'), failed.map(wayWords).join(', ')) };
  /* translators: %s: ways, such as e-mail, Slack. */
  return { status: 'success', words: sprintf(__('Saved, and a test was sent by: %s', 'aiguy'), sent.map(wayWords).join(', ')) };
}

function wayWords(way: Way): string {
  switch (way) {
    case 'email':
      return __('e-mail', 'aiguy');
    case 'slack':
      return __('Slack', 'aiguy');
    case 'webhook':
      return __('your webhook', 'aiguy');
  }
}

type FieldsProps = { typed: Typed; shown: Shown; onType: (part: Partial<Typed>) => void; onClear: (change: object) => void };

function Fields({ typed, shown, onType, onClear }: FieldsProps) {
  return (
    <>
      <TextControl
        __nextHasNoMarginBottom
        __next40pxDefaultSize
        label={__('E-mail addresses', 'aiguy')}
        help={__('Separated by commas; at most ten.', 'aiguy')}
        value={typed.emails}
        onChange={(emails) => onType({ emails })}
      />
      <TextControl
        __nextHasNoMarginBottom
        __next40pxDefaultSize
        label={__('Slack incoming webhook', 'aiguy')}
        help={shown.slack ? __('Set. Type another one to replace it.', 'aiguy') : __('Begins with https://hooks.slack.com/', 'aiguy')}
        type="password"
        autoComplete="off"
        value={typed.slackUrl}
        onChange={(slackUrl) => onType({ slackUrl })}
      />
      {shown.slack ? <Remove label={__('Remove Slack', 'aiguy')} onClick={() => onClear({ slackUrl: '' })} /> : null}
      <TextControl
        __nextHasNoMarginBottom
        __next40pxDefaultSize
        label={__('Your own webhook', 'aiguy')}
        help={
          shown.webhookHost === ''
            ? __('An https address that takes JSON.', 'aiguy')
            : /* translators: %s: name of a server. */
              sprintf(__('Set, at %s. Type another one to replace it.', 'aiguy'), shown.webhookHost)
        }
        type="url"
        autoComplete="off"
        value={typed.webhookUrl}
        onChange={(webhookUrl) => onType({ webhookUrl })}
      />
      <TextControl
        __nextHasNoMarginBottom
        __next40pxDefaultSize
        label={__('Secret of the webhook', 'aiguy')}
        help={
          shown.secret
            ? __('Set. Each call is signed with it (HMAC-SHA256, in the header X-Aiguy-Signature).', 'aiguy')
            : __('At least 16 characters; each call is signed with it.', 'aiguy')
        }
        type="password"
        autoComplete="new-password"
        value={typed.webhookSecret}
        onChange={(webhookSecret) => onType({ webhookSecret })}
      />
      {shown.webhookHost === '' ? null : (
        <Remove label={__('Remove the webhook', 'aiguy')} onClick={() => onClear({ webhookUrl: '', webhookSecret: '' })} />
      )}
    </>
  );
}

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button variant="link" isDestructive onClick={onClick}>
      {label}
    </Button>
  );
}

/** What was not typed stays as it is. */
function changed({ emails, ...others }: Typed): object {
  return { emails: emailsIn(emails), ...Object.fromEntries(Object.entries(others).filter(([, value]) => value.trim() !== '')) };
}
