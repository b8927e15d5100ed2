// Stands in for @wordpress/private-apis, which api-fetch brings along: its list of the editor's packages is nothing to a visitor.

/** Nothing is locked, and nobody here unlocks anything. */
export function __dangerousOptInToUnstableAPIsOnlyForCoreModules() {
  return { lock: () => undefined, unlock: () => ({}) };
}
