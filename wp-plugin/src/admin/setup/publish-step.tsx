// Step 3: the chat to be tried, and where visitors find it.
import { Button, Notice, TextControl, ToggleControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { emailsIn } from '../emails';
import { useTask } from '../use-task';
import type { StepProps } from './index';
import { Preview } from './preview';
import { change, publish, type Setup } from './setup';

export function PublishStep({ setup, onChange }: StepProps) {
  const task = useTask();
  const [alerts, setAlerts] = useState(setup.alerts.join(', '));
  const { page, everywhere } = setup.published;
  const keep = (work: Promise<Setup>) => void task.run(async () => onChange(await work));
  const finish = () =>
    void task.run(async () => {
      onChange(await change({ finished: true, alerts: emailsIn(alerts) }));
    });
  if (setup.finished) return <Finished setup={setup} />;
  return (
    <>
      <Preview url={setup.preview} />
      <p>{__('Choose where your visitors find the chat. Both can be changed later.', 'aiguy')}</p>
      <h3>{__('On a page of its own', 'aiguy')}</h3>
      {page ? (
        <p role="status">
          {__('The page is published:', 'aiguy')} <a href={page.url}>{page.title}</a> · <a href={page.edit}>{__('Edit', 'aiguy')}</a>
        </p>
      ) : (
        <Button variant="secondary" isBusy={task.isBusy} disabled={task.isBusy} accessibleWhenDisabled onClick={() => keep(publish({ how: 'page' }))}>
          {__('Create the page', 'aiguy')}
        </Button>
      )}
      <h3>{__('In the corner of every page', 'aiguy')}</h3>
      <ToggleControl
        label={__('Show the chat button on every page', 'aiguy')}
        help={__('Pages to leave out are chosen among the agent’s settings.', 'aiguy')}
        checked={everywhere}
        onChange={(on: boolean) => keep(publish({ how: 'everywhere', on }))}
      />
      <h3>{__('Who is told', 'aiguy')}</h3>
      <TextControl
        __nextHasNoMarginBottom
        __next40pxDefaultSize
        label={__('E-mail addresses for alerts', 'aiguy')}
        help={__(
          'They are told at once when a visitor waits for a person or leaves a ticket, and when a limit of the day is reached. Separated by commas; leave it empty to tell nobody.',
          'aiguy',
        )}
        value={alerts}
        onChange={setAlerts}
      />
      {task.problem ? (
        <Notice status="error" isDismissible={false}>
          {task.problem}
        </Notice>
      ) : null}
      <div className="aiguy-setup-buttons">
        <Button variant="primary" onClick={finish} isBusy={task.isBusy} disabled={task.isBusy || !(page || everywhere)} accessibleWhenDisabled>
          {__('Finish', 'aiguy')}
        </Button>
      </div>
    </>
  );
}

function Finished({ setup: { published } }: { setup: Setup }) {
  const { adminUrl } = window.aiguyAdmin;
  return (
    <div role="status">
      <p>
        <strong>{__('Your chat is live.', 'aiguy')}</strong>
      </p>
      <ul className="aiguy-setup-links">
        {published.page ? (
          <li>
            <a href={published.page.url}>{__('Open the page with the chat', 'aiguy')}</a>
          </li>
        ) : null}
        <li>
          <a href={`${adminUrl}?page=aiguy-conversations`}>{__('Read what visitors ask, and step in', 'aiguy')}</a>
        </li>
        <li>
          <a href={`${adminUrl}?page=aiguy-conversations#alerts`}>{__('Choose who is alerted when a visitor wants a person', 'aiguy')}</a>
        </li>
        <li>
          <a href={`${adminUrl}?page=aiguy-knowledge`}>{__('See what it knows, and what it would answer', 'aiguy')}</a>
        </li>
        <li>
          <a href={`${adminUrl}?page=aiguy-agents`}>{__('Change how it looks and what it may do', 'aiguy')}</a>
        </li>
        <li>
          <a href={`${adminUrl}?page=aiguy-overview`}>{__('Overview', 'aiguy')}</a>
        </li>
      </ul>
    </div>
  );
}
