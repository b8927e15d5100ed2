// The block in the editor: a still preview that sends no request, and the same settings as the shortcode.
import { InspectorControls, useBlockProps } from '@wordpress/block-editor';
import { registerBlockType } from '@wordpress/blocks';
import { PanelBody, SelectControl, TextControl } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import metadata from './block.json';
import './editor.css';

type Attributes = { position: 'inline' | 'floating'; title: string; greeting: string; placeholder: string; theme: 'auto' | 'light' | 'dark' };
type EditProps = { attributes: Attributes; setAttributes: (change: Partial<Attributes>) => void };

registerBlockType<Attributes>(metadata as never, { edit: Edit, save: () => null });

function Edit({ attributes, setAttributes }: EditProps) {
  const text = (name: 'title' | 'greeting' | 'placeholder', label: string) => (
    <TextControl __next40pxDefaultSize label={label} value={attributes[name]} onChange={(value: string) => setAttributes({ [name]: value })} />
  );
  return (
    <div {...useBlockProps()}>
      <InspectorControls>
        <PanelBody title={__('Chat', 'aiguy')}>
          <SelectControl
            __next40pxDefaultSize
            label={__('Position', 'aiguy')}
            value={attributes.position}
            options={[
              { value: 'inline', label: __('In the page', 'aiguy') },
              { value: 'floating', label: __('In the corner', 'aiguy') },
            ]}
            onChange={(position) => setAttributes({ position })}
          />
          {text('title', __('Title', 'aiguy'))}
          {text('greeting', __('Greeting', 'aiguy'))}
          {text('placeholder', __('Placeholder', 'aiguy'))}
          <SelectControl
            __next40pxDefaultSize
            label={__('Colours', 'aiguy')}
            value={attributes.theme}
            options={[
              { value: 'auto', label: __('Like the visitor’s device', 'aiguy') },
              { value: 'light', label: __('Light', 'aiguy') },
              { value: 'dark', label: __('Dark', 'aiguy') },
            ]}
            onChange={(theme) => setAttributes({ theme })}
          />
        </PanelBody>
      </InspectorControls>
      <Preview attributes={attributes} />
    </div>
  );
}

/** Looks like the card before the chat is opened; nothing in it works or asks the site for anything. */
function Preview({ attributes }: { attributes: Attributes }) {
  const isFloating = attributes.position === 'floating';
  return (
    <div className="aiguy-chat-preview">
      <strong>{attributes.title || __('Support', 'aiguy')}</strong>
      <span>{attributes.greeting || __('Hello! How can we help?', 'aiguy')}</span>
      <span className="aiguy-chat-preview-button">{__('Start chat', 'aiguy')}</span>
      {isFloating ? <small>{__('Visitors see this as a button in the corner of the page.', 'aiguy')}</small> : null}
    </div>
  );
}
