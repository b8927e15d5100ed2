// The part of the editor's packages that the block uses; WordPress brings them, so they are not installed here.
declare module '@wordpress/blocks' {
  export type Block<Attributes> = { name: string; attributes: Attributes };
  export function createBlock<Attributes>(name: string, attributes: Attributes): Block<Attributes>;
  type Transform<Attributes> = {
    type: 'shortcode' | 'block';
    tag?: string;
    blocks?: string[];
    isMatch?: (attributes: { text?: string }) => boolean;
    transform: (attributes: never, match: never) => Block<Attributes>;
  };
  export function registerBlockType<Attributes>(
    metadata: { name: string },
    settings: {
      edit: (props: { attributes: Attributes; setAttributes: (change: Partial<Attributes>) => void }) => JSX.Element;
      save: () => null;
      transforms: { from: Transform<Attributes>[] };
    },
  ): void;
}
declare module '@wordpress/block-editor' {
  export function InspectorControls(props: { children: React.ReactNode; group?: string }): JSX.Element;
  export function useBlockProps(): Record<string, unknown>;
}
declare module '@wordpress/components' {
  type Field = {
    __next40pxDefaultSize?: boolean;
    label: string;
    help?: string;
    placeholder?: string;
    maxLength?: number;
    value: string;
    onChange: (value: string) => void;
  };
  export function PanelBody(props: { title: string; children: React.ReactNode }): JSX.Element;
  export function SelectControl(props: Field & { options: { value: string; label: string }[] }): JSX.Element;
  export function TextControl(props: Field): JSX.Element;
}
declare module '@wordpress/shortcode' {
  export function attrs(text: string): { named: Record<string, string | undefined> };
}
/** The text of a style file. */
declare module '!!css-loader*' {
  const css: string;
  export default css;
}
declare module '*.css';
