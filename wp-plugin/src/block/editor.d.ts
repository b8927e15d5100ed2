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
declare module '@wordpress/components' {
  type Field = {
    __next40pxDefaultSize?: boolean;
    __nextHasNoMarginBottom?: boolean;
    label: string;
    help?: string;
    value: string;
    onChange: (value: string) => void;
  };
  export function PanelBody(props: { title: string; children: React.ReactNode }): JSX.Element;
  export function SelectControl(props: Field & { options: { value: string; label: string }[] }): JSX.Element;
  export function TextControl(props: Field): JSX.Element;
}
declare module '*.css';
