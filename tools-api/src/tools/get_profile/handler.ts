// get_profile: what is remembered about the visitor, and until when.
import { ownerOf } from '../../backends/owner.ts';
import type { Preference } from '../../backends/profiles.ts';
import type { Backends, Handler } from '../handler.ts';

export function createGetProfile({ shop, profiles }: Pick<Backends, 'shop' | 'profiles'>): Handler {
  return async (_args, { subject }) => toProfile(await profiles.read(await ownerOf(shop, subject)));
}

export function toProfile(preferences: readonly Preference[]): Record<string, unknown> {
  const entries = preferences.map(({ name, value, expires_at: expiresAt }) => [name, { value, expires_at: expiresAt.toISOString() }]);
  return { preferences: Object.fromEntries(entries) };
}
