// The block in the editor: a live preview that sends no request, and the same settings as the shortcode.
import { InspectorControls, useBlockProps } from '@wordpress/block-editor';
import { createBlock, registerBlockType } from '@wordpress/blocks';
import { Notice, PanelBody, SelectControl, TextControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { attrs } from '@wordpress/shortcode';
import { type BlockAgent, chosenOf, shownOf } from './agents.ts';
import { type Attributes, fromShortcode } from './attributes.ts';
import metadata from './block.json';
import { Preview } from './preview.tsx';
import './editor.css';

type EditProps = { attributes: Attributes; setAttributes: (change: Partial<Attributes>) => void };
type Choice = { value: string; label: string };

const textMax = 200;
const nobody: BlockAgent = {
  id: '',
  title: '',
  greeting: '',
  placeholder: '',
  questions: [],
  accent: '',
  onAccent: '',
  avatar: '',
  disclosure: '',
  position: 'inline',
  shortcode: 'floating',
};
type Told = { agents: [BlockAgent, ...BlockAgent[]]; rtl: boolean };
const { agents, rtl } = (window as { aiguyBlock?: Told }).aiguyBlock ?? { agents: [nobody], rtl: false };

registerBlockType<Attributes>(metadata as never, {
  edit: Edit,
  save: () => null,
  transforms: {
    from: [
      {
        type: 'shortcode',
        tag: 'aiguy_chat',
        transform: (_attributes: never, match: { shortcode: { attrs: { named: Record<string, string> } } }) => toBlock(match.shortcode.attrs.named),
      },
      {
        type: 'block',
        blocks: ['core/shortcode'],
        isMatch: ({ text = '' }) => /^\s*\[aiguy_chat\b[^\]]*\]\s*$/.test(text),
        transform: ({ text }: { text: string }) => toBlock(attrs(text.trim().slice('[aiguy_chat'.length, -1)).named),
      },
    ],
  },
});

/** A block that stands where the shortcode did. */
function toBlock(named: Record<string, string | undefined>) {
  const { shortcode } = chosenOf(agents, named.agent ?? '').agent;
  return createBlock(metadata.name, fromShortcode({ position: shortcode, ...named }));
}

function Edit({ attributes, setAttributes }: EditProps) {
  const [view, setView] = useState('closed');
  const { agent, isGone } = chosenOf(agents, attributes.agent);
  const shown = shownOf(attributes, agent);
  const text = (name: 'title' | 'greeting' | 'placeholder', label: string) => (
    <TextControl
      __next40pxDefaultSize
      label={label}
      placeholder={agent[name]}
      maxLength={textMax}
      value={attributes[name]}
      onChange={(value) => setAttributes({ [name]: value })}
    />
  );
  return (
    <div {...useBlockProps()}>
      <InspectorControls>
        <PanelBody title={__('Chat', 'aiguy')}>
          <SelectControl
            __next40pxDefaultSize
            label={__('Agent', 'aiguy')}
            value={attributes.agent}
            options={agentChoices(attributes.agent, isGone)}
            onChange={(chosen) => setAttributes({ agent: chosen })}
          />
          {isGone ? (
            <Notice className="aiguy-chat-agent-gone" status="warning" isDismissible={false}>
              {sprintf(
                /* translators: 1: id of an agent, 2: name of another one. */
                __('The agent «%1$s», which was chosen here, no longer exists. The default one, %2$s, answers instead.', 'aiguy'),
                attributes.agent,
                agent.title,
              )}
            </Notice>
          ) : null}
          <SelectControl
            __next40pxDefaultSize
            label={__('Position', 'aiguy')}
            value={attributes.position}
            options={positions(agent)}
            onChange={(value) => setAttributes({ position: value as Attributes['position'] })}
          />
          {text('title', __('Title', 'aiguy'))}
          {text('greeting', __('Greeting', 'aiguy'))}
          {text('placeholder', __('Hint in the text box', 'aiguy'))}
          <SelectControl
            __next40pxDefaultSize
            label={__('Light or dark', 'aiguy')}
            value={attributes.theme}
            options={themes()}
            onChange={(theme) => setAttributes({ theme })}
          />
          <SelectControl __next40pxDefaultSize label={__('Preview', 'aiguy')} value={view} options={views()} onChange={setView} />
        </PanelBody>
      </InspectorControls>
      <Preview attributes={attributes} agent={shown} rtl={rtl} isOpen={view === 'open'} />
      {shown.position === 'floating' ? (
        <p className="aiguy-chat-preview-hint">{__('Visitors see this in the corner of the page.', 'aiguy')}</p>
      ) : null}
    </div>
  );
}

/** Whichever is the default also later, then each by its name, and one that is gone as long as it is chosen. */
function agentChoices(chosen: string, isGone: boolean): Choice[] {
  return [
    /* translators: %s: name of an agent. */
    { value: '', label: sprintf(__('The default one (%s)', 'aiguy'), agents[0].title) },
    ...agents.map(({ id, title }) => ({ value: id, label: title })),
    /* translators: %s: id of an agent. */
    ...(isGone ? [{ value: chosen, label: sprintf(__('%s (no longer exists)', 'aiguy'), chosen) }] : []),
  ];
}

const positions = ({ position }: BlockAgent): Choice[] => [
  { value: '', label: position === 'floating' ? __('As the agent is set: in the corner', 'aiguy') : __('As the agent is set: in the page', 'aiguy') },
  { value: 'inline', label: __('In the page', 'aiguy') },
  { value: 'floating', label: __('In the corner', 'aiguy') },
];
const themes = (): Choice[] => [
  { value: 'auto', label: __('Like the visitor’s device', 'aiguy') },
  { value: 'light', label: __('Light', 'aiguy') },
  { value: 'dark', label: __('Dark', 'aiguy') },
];
const views = (): Choice[] => [
  { value: 'closed', label: __('Before a visitor opens it', 'aiguy') },
  { value: 'open', label: __('Opened', 'aiguy') },
];
