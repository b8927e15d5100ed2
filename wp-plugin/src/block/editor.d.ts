// The part of the editor's packages that the block uses; WordPress brings them, so they are not installed here.
declare module '@wordpress/blocks' {
  export function registerBlockType<Attributes>(
    metadata: { name: string },
    settings: { edit: (props: { attributes: Attributes; setAttributes: (change: Partial<Attributes>) => void }) => JSX.Element; save: () => null },
  ): void;
}
declare module '@wordpress/block-editor' {
  export function InspectorControls(props: { children: React.ReactNode }): JSX.Element;
  export function useBlockProps(): Record<string, unknown>;
}
declare module '*.css';
