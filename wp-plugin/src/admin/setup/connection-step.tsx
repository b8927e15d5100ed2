// Step 1: where the chat service (the orchestrator) is, whether it answers, and whether it knows this site.
import { Button, TextControl } from '@wordpress/components';
import { useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { useTask } from '../use-task';
import type { StepProps } from './index';
import { Pairing } from './pairing';
import { Result } from './result';
import { type Connection, change, isReached, pair, testConnection } from './setup';

export function ConnectionStep({ setup, onChange, onNext, isBusy }: StepProps) {
  const [url, setUrl] = useState(setup.connection.url);
  const [result, setResult] = useState<Connection>();
  const task = useTask();
  const { run } = task;
  const first = useRef(setup.connection.url);
  useEffect(() => {
    // Whoever comes back sees at once how it stands.
    if (first.current !== '') void run(async () => setResult(await testConnection()));
  }, [run]);

  const test = () =>
    void run(async () => {
      setResult(undefined);
      if (!setup.connection.fixed) onChange(await change({ orchestrator_url: url }));
      setResult(await testConnection());
    });
  const reached = result !== undefined && isReached(result);
  const isKnown = result?.ok === true;
  const next = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The field for the code is gone, and with it the focus.
    if (isKnown && document.activeElement === document.body) next.current?.focus();
  }, [isKnown]);
  const found =
    result && reached && !isKnown
      ? { ...result, message: __('The chat service answers. It does not know your site yet: introduce it below.', 'aiguy') }
      : result;
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          test();
        }}
      >
        <p>{__('The chat service is the server that answers your visitors. Whoever runs it for you can tell you its address.', 'aiguy')}</p>
        <TextControl
          __next40pxDefaultSize
          label={__('Address of the chat service', 'aiguy')}
          type="url"
          value={url}
          onChange={(value: string) => {
            setUrl(value);
            setResult(undefined);
          }}
          disabled={setup.connection.fixed}
          placeholder="https://chat.example.com"
          help={
            setup.connection.fixed
              ? __('Set by the constant AIGUY_ORCHESTRATOR_URL.', 'aiguy')
              : __('As this server reaches it, beginning with https:// or http://.', 'aiguy')
          }
        />
        <Result result={task.problem ? { ok: false, problem: 'refused', message: task.problem } : found} isFine={reached && !task.problem} />
        <div className="aiguy-setup-buttons">
          <Button
            type="submit"
            variant={reached ? 'secondary' : 'primary'}
            isBusy={task.isBusy}
            disabled={task.isBusy || url.trim() === ''}
            accessibleWhenDisabled
          >
            {__('Save and test', 'aiguy')}
          </Button>
          {isKnown ? (
            <Button ref={next} variant="primary" onClick={() => onNext()} isBusy={isBusy} disabled={isBusy} accessibleWhenDisabled>
              {__('Continue', 'aiguy')}
            </Button>
          ) : null}
        </div>
      </form>
      {reached ? <Introduction entry={setup.identity.entry} isKnown={isKnown} onTested={setResult} /> : null}
    </>
  );
}

type IntroductionProps = { entry: string; isKnown: boolean; onTested: (result: Connection) => void };

function Introduction({ entry, isKnown, onTested }: IntroductionProps) {
  const [isPinned, setPinned] = useState(false);
  const [failed, setFailed] = useState<Connection>();
  const task = useTask();
  const check = async () => {
    const tested = await testConnection();
    setFailed(tested.ok ? undefined : tested);
    onTested(tested);
  };
  const tryCode = (code: string) =>
    void task.run(async () => {
      setFailed(undefined);
      setPinned((await pair(code)).keys === 'pinned');
      await check();
    });
  const problem = task.problem ? { ok: false, problem: 'refused', message: task.problem } : failed;
  return (
    <>
      {isKnown ? null : <Pairing entry={entry} isBusy={task.isBusy} failed={problem} onCode={tryCode} onCheck={() => void task.run(check)} />}
      {isPinned ? (
        <p>{__('The chat service could not reach your site, so it keeps the key of today. Pair again if you ever replace the key.', 'aiguy')}</p>
      ) : null}
    </>
  );
}
