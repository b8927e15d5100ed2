// The second half of step 1: the site introduces itself to the chat service.
import { Button, TextareaControl, TextControl } from '@wordpress/components';
import { createInterpolateElement, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { Result } from './result';
import type { Connection } from './setup';

type Props = {
  entry: string;
  isBusy: boolean;
  /** Why the last try did not lead on; undefined before one. */
  failed: Connection | undefined;
  onCode: (code: string) => void;
  onCheck: () => void;
};

/** The chat service learns which key is this site's: by a code, or by an entry in its configuration. */
export function Pairing({ entry, isBusy, failed, onCode, onCheck }: Props) {
  const [code, setCode] = useState('');
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(entry).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <section className="aiguy-setup-pairing">
      <h3>{__('Introduce your site', 'aiguy')}</h3>
      <p>
        {__(
          'Your site signs each request with a key of its own, so that nobody else can speak for your visitors. The chat service has to know that key.',
          'aiguy',
        )}
      </p>
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
          help={createInterpolateElement(
            __('Whoever runs the chat service prints it with <code>npm run token -- --pair</code>. It is good for ten minutes, once.', 'aiguy'),
            { code: <code /> },
          )}
        />
        <div className="aiguy-setup-buttons">
          <Button type="submit" variant="primary" isBusy={isBusy} disabled={isBusy || code.trim() === ''} accessibleWhenDisabled>
            {__('Pair', 'aiguy')}
          </Button>
        </div>
      </form>
      <Result result={failed} />
      <details className="aiguy-setup-entry">
        <summary>{__('Or enter it by hand', 'aiguy')}</summary>
        <TextareaControl
          label={__('Entry for the chat service', 'aiguy')}
          help={createInterpolateElement(
            __('Whoever runs the chat service puts it into the setting <code>TRUSTED_ISSUERS</code> of both its parts, and restarts them.', 'aiguy'),
            { code: <code /> },
          )}
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
    </section>
  );
}
