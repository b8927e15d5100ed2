// The bar between conversation and composer, in the chat's own colours.

export const personCss = `
.person {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.5em 0.75em;
  padding-block: 0.625em;
  padding-inline: 1em;
  border-block-start: 1px solid var(--line);
  background: var(--raised);
  font-size: 0.875em;
  line-height: 1.4;
}
.person p { flex: 1 1 14em; }
.chat .person button {
  padding-block: 0.5em;
  padding-inline: 0.875em;
  border-radius: 2em;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
}
@media (forced-colors: active) { .chat .person button { border: 1px solid; } }
`;
