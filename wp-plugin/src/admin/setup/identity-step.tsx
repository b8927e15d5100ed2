// Step 2: the orchestrator learns which key is this site's, by a code or by an entry in its configuration.
import { Button, Spinner, TextareaControl, TextControl } from '@wordpress/components';
import { useEffect, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { useTask } from '../use-task';
import type { StepProps } from './index';
import { Result } from './result';
import { type Connection, isReached, pair, testConnection } from './setup';

export function IdentityStep({ setup, onNext, isBusy }: StepProps) {
  const [result, setResult] = useState<Connection>();
  const [isPinned, setPinned] = useState(false);
  const task = useTask();
  const { run } = task;
  useEffect(() => {
    void run(async () => setResult(await testConnection()));
  }, [run]);

  const isKnown = result?.ok === true;
  // That the site is not known yet is why this step is there, and no fault until something was tried.
  const [isTried, setTried] = useState(false);
  const tryCode = (code: string) =>
    void run(async () => {
      setTried(true);
      setPinned((await pair(code)).keys === 'pinned');
      setResult(await testConnection());
    });
  const check = () =>
    void run(async () => {
      setTried(true);
      setResult(await testConnection());
    });
  if (!result && task.isBusy) return <Spinner />;
  return (
    <>
      <p>
        {__(
          'Your site signs each request with a key of its own, so that nobody else can speak for your visitors. The orchestrator has to know that key.',
          'aiguy',
        )}
      </p>
      {isKnown ? null : <Ways entry={setup.identity.entry} isBusy={task.isBusy} onCode={tryCode} onCheck={check} />}
      <Result
        result={
          task.problem ? { ok: false, problem: 'refused', message: task.problem } : isKnown || isTried || !isReached(result) ? result : undefined
        }
        isFine={isKnown && !task.problem}
      />
      {isPinned ? (
        <p>{__('The orchestrator could not reach your site, so it keeps the key of today. Pair again if you ever replace the key.', 'aiguy')}</p>
      ) : null}
      {isKnown ? (
        <div className="aiguy-setup-buttons">
          <Button variant="primary" onClick={() => onNext()} isBusy={isBusy} disabled={isBusy} accessibleWhenDisabled>
            {__('Continue', 'aiguy')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

type WaysProps = { entry: string; isBusy: boolean; onCode: (code: string) => void; onCheck: () => void };

function Ways({ entry, isBusy, onCode, onCheck }: WaysProps) {
  const [code, setCode] = useState('');
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(entry).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <>
      <form
        className="aiguy-setup-code"
        onSubmit={(event) => {
          event.preventDefault();
          onCode(code);
        }}
      >
        <TextControl
          __next40pxDefaultSize
          label={__('Pairing code', 'aiguy')}
          value={code}
          onChange={setCode}
          autoComplete="off"
          spellCheck={false}
          placeholder="XXXXX-XXXXX-XXXXX-XXXXX"
          help={__('Whoever runs the orchestrator prints it with «npm run token -- --pair». It is good for ten minutes, once.', 'aiguy')}
        />
        <div className="aiguy-setup-buttons">
          <Button type="submit" variant="primary" isBusy={isBusy} disabled={isBusy || code.trim() === ''} accessibleWhenDisabled>
            {__('Pair', 'aiguy')}
          </Button>
        </div>
      </form>
      <details className="aiguy-setup-entry">
        <summary>{__('Or enter it by hand', 'aiguy')}</summary>
        <TextareaControl
          label={__('Entry for TRUSTED_ISSUERS', 'aiguy')}
          help={__('It belongs into the variable TRUSTED_ISSUERS of the orchestrator and of the tools API, which are then restarted.', 'aiguy')}
          value={entry}
          readOnly
          rows={5}
          dir="ltr"
          onChange={() => undefined}
        />
        <div className="aiguy-setup-buttons">
          <Button variant="secondary" onClick={() => void copy()}>
            {isCopied ? __('Copied', 'aiguy') : __('Copy', 'aiguy')}
          </Button>
          <Button variant="secondary" onClick={onCheck} isBusy={isBusy} disabled={isBusy} accessibleWhenDisabled>
            {__('Check again', 'aiguy')}
          </Button>
        </div>
      </details>
    </>
  );
}
