// Who gets these figures by mail each Monday: oneself, and what addresses a manager enters.
import { Button, Card, CardBody, CardHeader, CheckboxControl, Notice, TextareaControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { RequestError, request } from '../request';
import { siteZone } from '../site-zone';
import { useAnswer } from '../use-answer';

/** addresses: null for whoever may not change them. next: ISO 8601, null while nobody wants a mail. */
type Mail = { mine: boolean; addresses: string[] | null; next: string | null };

export function WeeklyMail() {
  const { answered } = useAnswer<Mail>('reports/mail');
  if (answered.state === 'loading') return null;
  return (
    <Card id="weekly">
      <CardHeader>
        <h2>{__('These figures by e-mail', 'aiguy')}</h2>
      </CardHeader>
      <CardBody>
        {answered.state === 'error' ? (
          <Notice status="error" isDismissible={false}>
            {answered.message}
          </Notice>
        ) : (
          <MailForm first={answered.answer} />
        )}
      </CardBody>
    </Card>
  );
}

function MailForm({ first }: { first: Mail }) {
  const [mail, setMail] = useState(first);
  const [addresses, setAddresses] = useState((first.addresses ?? []).join('\n'));
  const [said, setSaid] = useState<{ status: 'success' | 'error'; text: string }>();
  const change = async (data: { mine?: boolean; addresses?: string[] }) => {
    // A tick shows at once; what was not taken is taken back.
    setMail({ ...mail, mine: data.mine ?? mail.mine });
    try {
      setMail(await request<Mail>('reports/mail', { method: 'PUT', data }));
      setSaid({ status: 'success', text: __('Saved.', 'aiguy') });
    } catch (error) {
      setMail(mail);
      const text =
        error instanceof RequestError && error.code !== 'invalid_request'
          ? error.message
          : __('Write one e-mail address a line, at most 20.', 'aiguy');
      setSaid({ status: 'error', text });
    }
  };
  return (
    <>
      <CheckboxControl
        label={__('Send them to me each Monday', 'aiguy')}
        help={__('Numbers alone, without anything that visitors wrote. To end it, take the tick away.', 'aiguy')}
        checked={mail.mine}
        onChange={(mine) => void change({ mine })}
        __nextHasNoMarginBottom
      />
      {mail.addresses !== null && (
        <form
          className="aiguy-weekly"
          onSubmit={(event) => {
            event.preventDefault();
            void change({ addresses: addresses.split(/[\s,;]+/).filter((address) => address !== '') });
          }}
        >
          <TextareaControl
            label={__('And to these addresses', 'aiguy')}
            help={__('One a line.', 'aiguy')}
            rows={3}
            value={addresses}
            onChange={setAddresses}
            __nextHasNoMarginBottom
          />
          <Button variant="secondary" type="submit" __next40pxDefaultSize>
            {__('Save addresses', 'aiguy')}
          </Button>
        </form>
      )}
      {mail.next && (
        <p>
          {/* translators: %s: date and time. */}
          {sprintf(__('The next one: %s', 'aiguy'), formatMoment(mail.next))}
        </p>
      )}
      {said && (
        <Notice status={said.status} isDismissible={false}>
          {said.text}
        </Notice>
      )}
    </>
  );
}

function formatMoment(iso: string): string {
  const options = { dateStyle: 'full', timeStyle: 'short', timeZone: siteZone() } as const;
  return new Intl.DateTimeFormat(window.aiguyAdmin.locale, options).format(new Date(iso));
}
