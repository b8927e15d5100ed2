// Links that the agent wrote in Markdown, for people who read along: their words and where they lead, as letters.

const link = /\[([^[\]\n]+)\]\((https?:\/\/[^\s()]+)\)/g;

/** «[Returns](https://shop.example/returns)» as «Returns (https://shop.example/returns)». */
export function plainLinks(text: string): string {
  return text.replace(link, '$1 ($2)');
}
