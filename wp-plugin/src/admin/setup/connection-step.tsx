// Step 1: where the orchestrator is, and whether it answers.
import { Button, TextControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { useTask } from '../use-task';
import type { StepProps } from './index';
import { Result } from './result';
import { type Connection, change, isReached, testConnection } from './setup';

export function ConnectionStep({ setup, onChange, onNext, isBusy }: StepProps) {
  const [url, setUrl] = useState(setup.connection.url);
  const [result, setResult] = useState<Connection>();
  const task = useTask();
  const reached = result !== undefined && isReached(result);
  const found =
    reached && result.problem !== ''
      ? { ...result, message: __('The orchestrator answers. It does not know your site yet; that is the next step.', 'aiguy') }
      : result;

  const test = () =>
    void task.run(async () => {
      setResult(undefined);
      if (!setup.connection.fixed) onChange(await change({ orchestrator_url: url }));
      setResult(await testConnection());
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        test();
      }}
    >
      <p>{__('The orchestrator is the server that answers your visitors. Whoever runs it for you can tell you its address.', 'aiguy')}</p>
      <TextControl
        __next40pxDefaultSize
        label={__('Address of the orchestrator', 'aiguy')}
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
        {reached ? (
          <Button variant="primary" onClick={() => onNext()} isBusy={isBusy} disabled={isBusy} accessibleWhenDisabled>
            {__('Continue', 'aiguy')}
          </Button>
        ) : null}
      </div>
    </form>
  );
}
