// What an orchestrator's database in memory begins with: its schema.
import { migrate } from '@aiguy/manifests/database';
import { projectRoot } from './data-directory.ts';
import type { Content } from './embedded-postgres.ts';

export const sessionsContent: Content = {
  name: 'sessions',
  madeFrom: ['orchestrator/migrations/*.sql', 'manifests/src/database.ts', 'package-lock.json', 'scripts/sessions-content.ts'],
  load: async (url) => await migrate({ url, folder: `${projectRoot}/orchestrator/migrations` }),
};
