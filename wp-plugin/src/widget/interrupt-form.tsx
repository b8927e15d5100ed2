// A form inside a card. Its inputs alone hold what is typed: nothing of it enters the chat's state, and a code is cleared as soon as it is sent.
import { type RefObject, useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { InterruptMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import { checkForm, type FieldErrors, type FormField } from '../chat/form.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { FormFieldView } from './form-field.tsx';

type Props = { card: InterruptMessage; conversation: Conversation; first: RefObject<HTMLElement> };

export function InterruptForm({ card, conversation, first }: Props) {
  const { id, interrupt, isAnswering } = card;
  const form = useRef<HTMLFormElement>(null);
  const [found, setFound] = useState<FieldErrors>({});
  const errors = { ...card.errors, ...found };
  const wrong = Object.keys(errors).join();
  useEffect(() => {
    // The same form may stand in another chat of the page.
    const isHere = form.current?.closest('.chat')?.contains((form.current.getRootNode() as ShadowRoot).activeElement);
    if (wrong !== '' && isHere) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [wrong]);
  useEffect(() => {
    (first as { current: HTMLElement | null }).current = form.current?.querySelector<HTMLElement>('input, select, button') ?? null;
  }, [first]);

  const onSubmit = (event: React.FormEvent) => {
    event.preventDefault();
    const element = form.current;
    if (!element || isAnswering) return;
    const checked = checkForm(interrupt.form, readEntries(element, interrupt.form));
    setFound(checked.errors);
    if (Object.keys(checked.errors).length > 0) return;
    conversation.fillIn(id, { values: checked.values });
    for (const input of element.querySelectorAll<HTMLInputElement>('[data-secret]')) input.value = '';
  };
  return (
    <form ref={form} className="form" noValidate autoComplete="on" onSubmit={onSubmit}>
      {interrupt.form.map((field, index) => (
        <FormFieldView key={field.name} field={field} id={`${id}-${index}`} rule={errors[field.name]} />
      ))}
      <div className="card-buttons">
        <button type="button" className="card-no" aria-disabled={isAnswering} onClick={() => conversation.fillIn(id, { cancel: true })}>
          {__('Cancel', 'aiguy')}
        </button>
        <button type="submit" className="card-go" aria-disabled={isAnswering}>
          {visibleLine(interrupt.action) || __('Send', 'aiguy')}
        </button>
      </div>
    </form>
  );
}

function readEntries(element: HTMLFormElement, fields: FormField[]): Record<string, string | boolean> {
  const data = new FormData(element);
  const entryOf = ({ kind, name }: FormField) => (kind === 'boolean' ? data.has(name) : String(data.get(name) ?? ''));
  return Object.fromEntries(fields.map((field) => [field.name, entryOf(field)]));
}
