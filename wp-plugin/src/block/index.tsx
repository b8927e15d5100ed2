// The block in the editor: a live preview that sends no request, and the same settings as the shortcode.
import { InspectorControls, useBlockProps } from '@wordpress/block-editor';
import { createBlock, registerBlockType } from '@wordpress/blocks';
import { PanelBody, SelectControl, TextControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { attrs } from '@wordpress/shortcode';
import { type Attributes, fromShortcode } from './attributes.ts';
import metadata from './block.json';
import { Preview, type Texts } from './preview.tsx';
import './editor.css';

type EditProps = { attributes: Attributes; setAttributes: (change: Partial<Attributes>) => void };
type Choice = { value: string; label: string };

const textMax = 200;
/** What the chat says where the block says nothing, as the page would show it. */
const defaults = (window as { aiguyBlock?: Texts }).aiguyBlock ?? { title: '', greeting: '', placeholder: '', rtl: false };

registerBlockType<Attributes>(metadata as never, {
  edit: Edit,
  save: () => null,
  transforms: {
    from: [
      {
        type: 'shortcode',
        tag: 'aiguy_chat',
        transform: (_attributes: never, match: { shortcode: { attrs: { named: Record<string, string> } } }) =>
          createBlock(metadata.name, fromShortcode(match.shortcode.attrs.named)),
      },
      {
        type: 'block',
        blocks: ['core/shortcode'],
        isMatch: ({ text = '' }) => /^\s*\[aiguy_chat\b[^\]]*\]\s*$/.test(text),
        transform: ({ text }: { text: string }) =>
          createBlock(metadata.name, fromShortcode(attrs(text.trim().slice('[aiguy_chat'.length, -1)).named)),
      },
    ],
  },
});

function Edit({ attributes, setAttributes }: EditProps) {
  const [view, setView] = useState('closed');
  const { position } = attributes;
  const texts = {
    title: attributes.title || defaults.title || __('Support', 'aiguy'),
    greeting: attributes.greeting || defaults.greeting || __('Hello! How can we help?', 'aiguy'),
    placeholder: attributes.placeholder || defaults.placeholder || __('Write a message', 'aiguy'),
    rtl: defaults.rtl,
  };
  const text = (name: 'title' | 'greeting' | 'placeholder', label: string) => (
    <TextControl
      __next40pxDefaultSize
      label={label}
      placeholder={texts[name]}
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
            label={__('Position', 'aiguy')}
            value={position}
            options={positions()}
            onChange={(value) => setAttributes({ position: value })}
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
      <InspectorControls group="advanced">
        <TextControl
          __next40pxDefaultSize
          label={__('Agent', 'aiguy')}
          help={__('The id of the agent that answers here. Leave it empty for the default agent.', 'aiguy')}
          maxLength={40}
          value={attributes.agent}
          onChange={(agent) => setAttributes({ agent: agent.toLowerCase().replace(/[^a-z0-9-]/g, '') })}
        />
      </InspectorControls>
      <Preview attributes={attributes} texts={texts} isOpen={view === 'open'} />
      {position === 'floating' ? <p className="aiguy-chat-preview-hint">{__('Visitors see this in the corner of the page.', 'aiguy')}</p> : null}
    </div>
  );
}

const positions = (): Choice[] => [
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
