// update_preferences: keeps or forgets what the visitor says about himself.
import { ownerOf } from '../../backends/owner.ts';
import { preferenceDays } from '../../backends/profiles.ts';
import { toProfile } from '../get_profile/handler.ts';
import type { Backends, WriteHandler } from '../handler.ts';

type Args = { language?: string | null; shoe_size?: string | null; clothing_size?: string | null; likes?: string[] | null };

const labels: Record<keyof Args, string> = { language: 'Language', shoe_size: 'Shoe size', clothing_size: 'Clothing size', likes: 'Likes' };

export function createUpdatePreferences({ shop, profiles }: Pick<Backends, 'shop' | 'profiles'>): WriteHandler {
  return {
    preview: async (args: Args) => {
      const names = (Object.keys(labels) as (keyof Args)[]).filter((name) => args[name] !== undefined);
      const keeps = names.some((name) => args[name] !== null);
      return {
        summary: keeps ? 'Remember this about you' : 'Forget this about you',
        facts: [
          ...names.map((name) => ({ label: labels[name], value: inWords(args[name]) })),
          ...(keeps ? [{ label: 'Kept for', value: `${preferenceDays} days, or until you have it forgotten` }] : []),
        ],
      };
    },
    run: async (args: Args, { subject, connection }) =>
      toProfile(await profiles.within(connection).change(await ownerOf(shop.within(connection), subject), args)),
  };
}

function inWords(value: string | string[] | null | undefined): string {
  if (value === null || value === undefined) return 'will be forgotten';
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}
