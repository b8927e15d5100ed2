// AIGuy → Overview: whether the agent can answer, and with what.
import type { SiteInfo } from '@aiguy/manifests/generated/http';
import { Button, Card, CardBody, CardHeader } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';
import { Asked } from '../asked';
import { mountScreen } from '../mount';
import { Today } from './today';

mountScreen(Overview);

function Overview() {
  return (
    <Asked<SiteInfo> path="site">
      {(info, again) => (
        <div className="aiguy-stack">
          <Today />
          <Connected info={info} again={again} />
        </div>
      )}
    </Asked>
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
          <dt>{__('Orchestrator', 'aiguy')}</dt>
          <dd>{info.version}</dd>
          <dt>{__('Knows this site as', 'aiguy')}</dt>
          <dd>{info.issuer}</dd>
        </dl>
      </CardBody>
    </Card>
  );
}
