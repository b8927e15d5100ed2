// The block's attributes, what its supports mean for the chat's looks (Chat_Style.php for the page), and where they come from in a shortcode.

export type BlockStyle = {
  color?: { background?: string; text?: string };
  elements?: { button?: { color?: { background?: string; text?: string } } };
  border?: { color?: string; radius?: string | object };
  typography?: { fontSize?: string };
  dimensions?: { minHeight?: string };
};
export type Attributes = {
  /** Empty: as its agent has it. */
  position: '' | 'inline' | 'floating';
  title: string;
  greeting: string;
  placeholder: string;
  theme: string;
  agent: string;
  backgroundColor?: string;
  textColor?: string;
  borderColor?: string;
  fontSize?: string;
  style?: BlockStyle;
};

/** @returns the chat's custom properties */
export function propertiesOf(attributes: Attributes): Record<string, string> {
  const { style = {} } = attributes;
  const preset = (name: string | undefined, kind: string) => (name ? `var(--wp--preset--${kind}--${name})` : undefined);
  const button = style.elements?.button?.color;
  const chosen = {
    '--aiguy-accent': button?.background,
    '--aiguy-on-accent': button?.text,
    '--aiguy-surface': preset(attributes.backgroundColor, 'color') ?? style.color?.background,
    '--aiguy-text': preset(attributes.textColor, 'color') ?? style.color?.text,
    '--aiguy-line': preset(attributes.borderColor, 'color') ?? style.border?.color,
    '--aiguy-radius': style.border?.radius,
    '--aiguy-font-size': preset(attributes.fontSize, 'font-size') ?? style.typography?.fontSize,
    '--aiguy-height': style.dimensions?.minHeight,
  };
  const texts = Object.entries(chosen).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, toCss(value)]] : []));
  return Object.fromEntries(texts);
}

/** The chat's other colours follow from the owner's where he chose a surface or a text colour. */
export function themeOf(attributes: Attributes): string {
  const properties = propertiesOf(attributes);
  return '--aiguy-surface' in properties || '--aiguy-text' in properties ? 'own' : attributes.theme;
}

/** The editor writes var:preset|color|name for what a theme defines. */
function toCss(value: string): string {
  return value.startsWith('var:') ? `var(--wp--${value.slice(4).replaceAll('|', '--')})` : value;
}

/** @param named the attributes of a shortcode [aiguy_chat] */
export function fromShortcode(named: Record<string, string | undefined>): Attributes {
  const { position, title = '', greeting = '', placeholder = '', theme = 'auto', agent = '' } = named;
  const style = {
    color: { background: named.background, text: named.text },
    elements: { button: { color: { background: named.accent, text: named.accent_text } } },
    border: { color: named.border, radius: named.radius },
    typography: { fontSize: named.font_size },
    dimensions: { minHeight: named.height },
  };
  // Without empty parts, as the editor writes it.
  const kept = JSON.parse(JSON.stringify(style), (_name, value) => (Object.keys(value).length === 0 ? undefined : value)) as BlockStyle | undefined;
  return { position: position === 'inline' ? 'inline' : 'floating', title, greeting, placeholder, theme, agent, ...(kept ? { style: kept } : {}) };
}
