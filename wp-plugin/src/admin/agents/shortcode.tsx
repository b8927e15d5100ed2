// How an agent comes onto a page: its shortcode to copy, and where else to choose it.
import { Button, TextControl } from '@wordpress/components';
import { useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';

type Props = { id: string; isDefault: boolean; isNew: boolean };

export function Shortcode({ id, isDefault, isNew }: Props) {
  const [isCopied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const text = isDefault ? '[aiguy_chat]' : `[aiguy_chat agent="${id}"]`;
  const copy = async () => {
    field.current?.select();
    // Browsers have the clipboard on encrypted pages alone.
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else document.execCommand('copy');
    setCopied(true);
  };
  return (
    <div className="aiguy-agents-shortcode">
      <TextControl
        __next40pxDefaultSize
        ref={field}
        label={__('Shortcode', 'aiguy')}
        help={
          isNew
            ? __('Puts this agent on a page, as soon as it is saved.', 'aiguy')
            : __('Puts this agent on a page. The block «AIGuy chat» offers it by its name.', 'aiguy')
        }
        value={text}
        readOnly
        dir="ltr"
        onChange={() => undefined}
      />
      <Button variant="secondary" onClick={() => void copy().catch(() => setCopied(false))}>
        {__('Copy', 'aiguy')}
      </Button>
      <span role="status">{isCopied ? __('Copied.', 'aiguy') : ''}</span>
    </div>
  );
}
