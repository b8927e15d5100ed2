// Name, picture and colour.
import { Button, ColorIndicator, TextControl } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';
import type { FormProps } from './agent-form';
import { onAccent } from './agents';
import { Field, Section } from './field';

type Picked = { id: number; url: string; sizes?: { thumbnail?: { url: string } } };
type MediaFrame = {
  on: (event: 'select', listener: () => void) => MediaFrame;
  open: () => void;
  state: () => { get: (name: 'selection') => { first: () => { toJSON: () => Picked } } };
};
type WordPress = { wp?: { media?: (options: object) => MediaFrame } };

export function Look({ agent, list, errorOf, onChange }: FormProps) {
  const isColour = /^#[0-9a-f]{6}$/i.test(agent.accent);
  return (
    <Section title={__('How it looks', 'aiguy')}>
      <Field error={errorOf('name')}>
        <TextControl
          __next40pxDefaultSize
          label={__('Name', 'aiguy')}
          /* translators: %s: a text that is shown. */
          help={agent.name === '' ? sprintf(__('Empty: «%s», in the language of the page.', 'aiguy'), list.usual.name) : undefined}
          placeholder={list.usual.name}
          value={agent.name}
          onChange={(name: string) => onChange({ name })}
        />
      </Field>
      <Field error={errorOf('avatar')}>
        <div className="aiguy-agents-avatar">
          {list.avatars[agent.id] && agent.avatar > 0 ? <img src={list.avatars[agent.id]} alt="" /> : null}
          <Button variant="secondary" onClick={() => choosePicture(({ id, url, sizes }) => onChange({ avatar: id }, sizes?.thumbnail?.url ?? url))}>
            {agent.avatar > 0 ? __('Change the picture', 'aiguy') : __('Choose a picture', 'aiguy')}
          </Button>
          {agent.avatar > 0 ? (
            <Button variant="tertiary" onClick={() => onChange({ avatar: 0 }, '')}>
              {__('Without a picture', 'aiguy')}
            </Button>
          ) : null}
        </div>
      </Field>
      <Field error={errorOf('accent')}>
        <div className="aiguy-agents-colour">
          <TextControl
            __next40pxDefaultSize
            label={__('Colour', 'aiguy')}
            help={
              isColour
                ? /* translators: %s: black or white. */
                  sprintf(
                    __('Text on it is %s, which is easy to read (at least 4.5 : 1).', 'aiguy'),
                    onAccent(agent.accent) === '#ffffff' ? __('white', 'aiguy') : __('black', 'aiguy'),
                  )
                : __('Such as #2b5fd9; empty for your theme’s.', 'aiguy')
            }
            value={agent.accent}
            dir="ltr"
            onChange={(accent: string) => onChange({ accent: accent.trim() })}
          />
          <input
            type="color"
            aria-label={__('Choose the colour', 'aiguy')}
            value={isColour ? agent.accent.toLowerCase() : '#2b5fd9'}
            onChange={({ target }) => onChange({ accent: target.value })}
          />
          {isColour ? <ColorIndicator colorValue={agent.accent} /> : null}
        </div>
      </Field>
    </Section>
  );
}

/** WordPress' own media library. */
function choosePicture(onChoose: (picked: Picked) => void): void {
  const frame = (window as WordPress).wp?.media?.({ title: __('Picture of the agent', 'aiguy'), library: { type: 'image' }, multiple: false });
  frame?.on('select', () => onChoose(frame.state().get('selection').first().toJSON()));
  frame?.open();
}
