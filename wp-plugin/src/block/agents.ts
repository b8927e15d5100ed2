// The site's agents as the editor is told of them (Widget_Block), and which of them a block shows.
import { type Attributes, propertiesOf } from './attributes.ts';

export type BlockAgent = {
  id: string;
  title: string;
  greeting: string;
  placeholder: string;
  questions: string[];
  accent: string;
  onAccent: string;
  /** Address of a picture; empty for none. */
  avatar: string;
  /** Empty where the owner wants no such sentence. */
  disclosure: string;
  /** Where a block of it stands that names no place. */
  position: 'inline' | 'floating';
  /** Where a shortcode of it does. */
  shortcode: 'inline' | 'floating';
};

export type Chosen = {
  /** Who answers on the page. */
  agent: BlockAgent;
  /** The block names an agent that there is no more. */
  isGone: boolean;
};

/** @param agents the default first */
export function chosenOf([first, ...others]: [BlockAgent, ...BlockAgent[]], id: string): Chosen {
  const found = [first, ...others].find((agent) => agent.id === id);
  return { agent: found ?? first, isGone: id !== '' && found === undefined };
}

/** What the block says itself before what its agent says, as the page does it. */
export function shownOf(attributes: Attributes, agent: BlockAgent): BlockAgent {
  const { title, greeting, placeholder, position } = attributes;
  return {
    ...agent,
    title: title || agent.title,
    greeting: greeting || agent.greeting,
    placeholder: placeholder || agent.placeholder,
    position: position === '' ? agent.position : position,
  };
}

/** @returns the chat's custom properties; the agent's colour where the block has none */
export function coloursOf(attributes: Attributes, { accent, onAccent }: BlockAgent): Record<string, string> {
  const own = propertiesOf(attributes);
  return accent === '' || '--aiguy-accent' in own ? own : { ...own, '--aiguy-accent': accent, '--aiguy-on-accent': onAccent };
}
