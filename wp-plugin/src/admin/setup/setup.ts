// What the set-up knows and does; the shapes are those of Setup_Controller and Connection_Controller of the plugin.
import { request } from '../request';

export type StepName = 'connection' | 'knowledge' | 'publish';
export type PostType = { name: string; label: string; count: number; chosen: boolean };
export type Setup = {
  step: StepName;
  finished: boolean;
  connection: { url: string; fixed: boolean };
  identity: { issuer: string; keyId: string; entry: string };
  knowledge: { types: PostType[]; exclude: { id: number; title: string }[] };
  preview: string;
  published: { page: { title: string; url: string; edit: string } | null; everywhere: boolean };
  agent: string;
  /** Who is told by e-mail of visitors who wait; proposed until it is chosen. */
  alerts: string[];
};
export type SetupChange = {
  step?: StepName;
  finished?: boolean;
  orchestrator_url?: string;
  knowledge?: { types: string[]; exclude: number[] };
  alerts?: string[];
};
export type Connection = { ok: boolean; problem: string; message: string };

export const steps: StepName[] = ['connection', 'knowledge', 'publish'];

/** The chat service is there; what is left is to introduce the site. */
export const isReached = (connection: Connection | undefined) => ['', 'key_unknown', 'staff_unknown'].includes(connection?.problem ?? '');

export const change = async (data: SetupChange) => await request<Setup>('setup', { method: 'PUT', data });
export const testConnection = async () => await request<Connection>('connection', { method: 'POST' });
export const pair = async (code: string) => await request<{ keys: 'fetched' | 'pinned' }>('setup/pair', { method: 'POST', data: { code } });
export const publish = async (data: { how: 'page' } | { how: 'everywhere'; on: boolean }) =>
  await request<Setup>('setup/publish', { method: 'POST', data });
