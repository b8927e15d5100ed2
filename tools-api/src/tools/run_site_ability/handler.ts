// run_site_ability: what another plugin of the visitor's site can look up, run there as the visitor.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Backends, Handler } from '../handler.ts';

type Args = { ability: string; pin: string; input?: unknown };

export function createRunSiteAbility({ siteAbilities }: Pick<Backends, 'siteAbilities'>): Handler {
  return async ({ ability: name, pin, input }: Args, { site, signal }) => {
    if (!site) throw new AiguyError('not_found');
    return { result: await siteAbilities.run(site, { name, pin, ...(input === undefined ? {} : { input }) }, signal) };
  };
}
