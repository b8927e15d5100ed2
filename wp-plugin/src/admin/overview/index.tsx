// AIGuy → Overview: whether the agent can answer, and with what.
import type { SiteInfo } from '@aiguy/manifests/generated/http';
import { Button, Card, CardBody, CardHeader, Notice } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';
import { Asked } from '../asked';
import { mountScreen } from '../mount';
import { Today } from './today';

declare module '../mount' {
  /** Added to this screen by the plugin's Plugin::screens(). */
  interface AdminData {
    isAnybodyAlerted: boolean;
  }
}

mountScreen(Overview);

function Overview() {
  return (
    <div className="aiguy-stack">
      <Unalerted />
      <Asked<SiteInfo> path="site">
        {(info, again) => (
          <div className="aiguy-stack">
            <Today />
            <Connected info={info} again={again} />
          </div>
        )}
      </Asked>
    </div>
  );
}

/** Visitors are told that somebody will come; without an alert nobody hears of it. */
function Unalerted() {
  const { adminUrl, isAnybodyAlerted, may } = window.aiguyAdmin;
  if (isAnybodyAlerted || !may.manage) return null;
  return (
    <Notice
      status="warning"
      isDismissible={false}
      actions={[{ label: __('Choose who is told', 'aiguy'), url: `${adminUrl}?page=aiguy-conversations#alerts` }]}
    >
      {__('Nobody is told when a visitor waits for a person or leaves a ticket, or when a limit is reached.', 'aiguy')}
    </Notice>
  );
}

function Connected({ info, again }: { info: SiteInfo; again: () => void }) {
  const model =
    info.model.provider === 'offline'
      ? __('Without a model: it answers from your own articles and by rule', 'aiguy')
      : /* translators: 1: name of a model, 2: name of a model. */
        sprintf(__('%1$s plans, %2$s writes', 'aiguy'), info.model.plan, info.model.answer);
  return (
    <Card>
      <CardHeader>
        <h2>{__('Your agent is connected', 'aiguy')}</h2>
        <Button variant="tertiary" onClick={again}>
          {__('Check again', 'aiguy')}
        </Button>
      </CardHeader>
      <CardBody>
        <dl className="aiguy-facts">
          <dt>{__('Answers with', 'aiguy')}</dt>
          <dd>{model}</dd>
          <dt>{__('Can do', 'aiguy')}</dt>
          <dd>{info.tools.map(({ title }) => title).join(' · ')}</dd>
          <dt>{__('Version of the chat service', 'aiguy')}</dt>
          <dd>{info.version}</dd>
          <dt>{__('Knows this site as', 'aiguy')}</dt>
          <dd>{info.issuer}</dd>
        </dl>
      </CardBody>
    </Card>
  );
}
