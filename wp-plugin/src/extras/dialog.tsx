// A dialog over the conversation: it has the focus while it is there, Escape closes it, and nothing behind it can be reached.
import { useEffect, useRef } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { Sign } from './sign.tsx';

type Props = {
  title: string;
  onClose: () => void /** Everything behind it can be reached again. */;
  onClosed: () => void;
  children: React.ReactNode;
};

export function Dialog({ title, onClose, onClosed, children }: Props) {
  const dialog = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    const behind = dialog.current?.closest('.chat')?.querySelectorAll('.header, .conversation, .composer') ?? [];
    for (const element of behind) element.setAttribute('inert', '');
    return () => {
      for (const element of behind) element.removeAttribute('inert');
      onClosed();
    };
  }, [onClosed]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    event.stopPropagation();
    onClose();
  };
  return (
    <div ref={dialog} className="dialog" role="dialog" aria-modal="true" aria-labelledby="aiguy-dialog" onKeyDown={onKeyDown}>
      <header className="dialog-head">
        <h3 ref={heading} id="aiguy-dialog" tabIndex={-1}>
          {title}
        </h3>
        <button type="button" className="icon-button" aria-label={__('Back to the conversation', 'aiguy')} onClick={onClose}>
          <Sign name="close" />
        </button>
      </header>
      <div className="dialog-body">{children}</div>
    </div>
  );
}
