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
declare module '@wordpress/shortcode' {
  export function attrs(text: string): { named: Record<string, string | undefined> };
}
/** The text of a style file. */
declare module '!!css-loader*' {
  const css: string;
  export default css;
}
declare module '*.css';
