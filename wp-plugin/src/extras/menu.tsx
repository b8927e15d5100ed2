// The menu in the header: a button, and a list of what else can be done with the conversation.
import { useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { Snapshot } from '../chat/conversation.ts';
import { Sign } from './sign.tsx';

export type ViewName = 'new' | 'history' | 'transcript' | 'rate' | 'make-link' | 'take-link';

type Props = {
  snapshot: Snapshot;
  isCustomer: boolean;
  sound: { isOn: boolean; toggle: () => void };
  onChoose: (view: ViewName) => void;
};

export function Menu({ snapshot, isCustomer, sound, onChoose }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    whole.current?.querySelector<HTMLElement>('.menu-list button')?.focus();
    const root = whole.current?.getRootNode();
    const leave = ({ target }: Event) => whole.current?.contains(target as Node) || setIsOpen(false);
    root?.addEventListener('pointerdown', leave);
    return () => root?.removeEventListener('pointerdown', leave);
  }, [isOpen]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return;
    event.stopPropagation();
    setIsOpen(false);
    button.current?.focus();
  };
  const onBlur = ({ relatedTarget }: React.FocusEvent) => {
    if (relatedTarget && !whole.current?.contains(relatedTarget)) setIsOpen(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of its buttons
    <div ref={whole} className="menu" onKeyDown={onKeyDown} onBlur={onBlur}>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={__('More options', 'aiguy')}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Sign name="more" />
      </button>
      {isOpen ? (
        <ul className="menu-list">
          {itemsFor(snapshot, isCustomer).map(([name, label]) => (
            <li key={name}>
              <button
                type="button"
                onClick={() => {
                  setIsOpen(false);
                  onChoose(name);
                }}
              >
                {label}
              </button>
            </li>
          ))}
          <li>
            <button type="button" role="switch" aria-checked={sound.isOn} onClick={sound.toggle}>
              {__('Sound when an answer comes', 'aiguy')}
              <span className="switch" aria-hidden="true" />
            </button>
          </li>
        </ul>
      ) : null}
    </div>
  );
}

function itemsFor({ chat }: Snapshot, isCustomer: boolean): [ViewName, string][] {
  const hasBegun = chat.messages.some(({ kind }) => kind === 'user');
  const hasAnswer = chat.messages.some(({ kind }) => kind === 'assistant');
  const items: [ViewName, string, boolean][] = [
    ['new', __('New conversation', 'aiguy'), true],
    ['history', __('Your conversations', 'aiguy'), isCustomer],
    ['transcript', __('Keep this conversation', 'aiguy'), hasBegun],
    ['make-link', __('Continue on another device', 'aiguy'), hasBegun],
    ['rate', __('Rate this conversation', 'aiguy'), hasAnswer],
  ];
  return items.flatMap(([name, label, isOffered]) => (isOffered ? [[name, label] as [ViewName, string]] : []));
}
