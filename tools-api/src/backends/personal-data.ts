// What is kept here of one user of a site: preferences, tickets, tasks and kept answers. Told page by page and erased; customers and orders are the shop's.
import { type Database, inTransaction } from '@aiguy/manifests/database';
import type { PrivacyErasure, PrivacyExport } from '@aiguy/manifests/generated/http';
import { countRecorded } from '../audit/audit.ts';
import { subjectDigest } from '../tasks/tasks.ts';
import { type Files, fileId } from './files/files.ts';
import type { ShopReads } from './shop.ts';

/** email: as tickets of the site's guests name it. */
export type DataSubject = { issuer: string; subject?: string; email?: string };
export type PersonalData = {
  /** @param cursor tickets:<offset>; undefined for the beginning */
  exportPage: (who: DataSubject, cursor: string | undefined) => Promise<PrivacyExport>;
  erase: (who: DataSubject) => Promise<PrivacyErasure>;
};
export type PersonalDataPorts = { database: Database; shop: Pick<ShopReads, 'resolveCustomer'>; files: Pick<Files, 'forget'> };

/** $1 owners, $2 the site, $3 an address that a guest of it gave. */
const ownTickets = "(owner = ANY($1) OR (starts_with(owner, $2 || ' anon:') AND lower(email) = lower($3)))";
const ticketsPerPage = 50;
const referencesMax = 50;
const forgetTimeoutMs = 5_000;

export function createPersonalData({ database, shop, files }: PersonalDataPorts): PersonalData {
  /** Under the customer's name and, from before he was one, under the site's. */
  const ownersOf = async ({ issuer, subject }: DataSubject) => {
    if (subject === undefined) return [];
    const customer = await shop.resolveCustomer({ issuer, subject });
    return [`${issuer} ${subject}`, ...(customer === undefined ? [] : [`customer:${customer}`])];
  };
  return {
    exportPage: async (who, cursor) => {
      const owners = await ownersOf(who);
      const from = Number(cursor?.split(':')[1] ?? 0);
      const tickets = await rowsOf(
        database,
        `SELECT 'tickets' AS kind, reference AS id, to_jsonb(tickets) - '{owner,session_digest,issuer,subject}'::text[] AS fields FROM tickets
         WHERE ${ownTickets} ORDER BY created_at, reference OFFSET $4 LIMIT $5`,
        [owners, who.issuer, who.email ?? null, from, ticketsPerPage + 1],
      );
      const preferences =
        cursor === undefined
          ? await rowsOf(
              database,
              "SELECT 'preferences' AS kind, name AS id, to_jsonb(preferences) - 'owner' AS fields FROM preferences WHERE owner = ANY($1)",
              [owners],
            )
          : [];
      const isLast = tickets.length <= ticketsPerPage;
      const records = [...preferences, ...tickets.slice(0, ticketsPerPage)];
      return isLast ? { records } : { records, cursor: `tickets:${from + ticketsPerPage}` };
    },
    erase: async (who) => {
      const owners = await ownersOf(who);
      const { erased, delivered, made } = await eraseRows(database, owners, who);
      for (const id of made) await files.forget(id, AbortSignal.timeout(forgetTimeoutMs));
      const recorded = who.subject === undefined ? 0 : await countRecorded(database, { issuer: who.issuer, subject: who.subject });
      return {
        done: true,
        erased,
        retained: [
          ...(delivered.length > 0
            ? [{ kind: 'tickets', reason: 'help_desk' as const, count: delivered.length, references: delivered.slice(0, referencesMax) }]
            : []),
          ...(recorded > 0 ? [{ kind: 'audit', reason: 'record_names_nobody' as const, count: recorded }] : []),
          ...(owners.length > 1 ? [{ kind: 'customers', reason: 'shop' as const, count: 0 }] : []),
        ],
      };
    },
  };
}

type Row = { kind: string; id: string; fields: Record<string, unknown> };

async function rowsOf(database: Database, sql: string, values: unknown[]): Promise<PrivacyExport['records']> {
  const { rows } = await database.query<Row>(sql, values);
  return rows.map(({ kind, id, fields }) => ({
    kind,
    id,
    fields: Object.entries(fields)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) })),
  }));
}

type Erased = { erased: Record<string, number>; delivered: string[]; made: string[] };

/** @returns rows by their table, the references of tickets that have gone to another system, and the ids of files that tasks have made */
async function eraseRows(database: Database, owners: string[], who: DataSubject): Promise<Erased> {
  const { issuer, subject, email } = who;
  const digest = subject === undefined ? null : subjectDigest({ issuer, subject });
  return await inTransaction(database, async (connection) => {
    const remove = async <T extends object>(sql: string, ...values: unknown[]) => (await connection.query<T>(sql, values)).rows;
    const tickets = await remove<{ reference: string }>(`DELETE FROM tickets WHERE ${ownTickets} RETURNING reference`, owners, issuer, email ?? null);
    const tasks = await remove<{ reference: string | null; tried: boolean; file: string | null }>(
      `DELETE FROM tasks WHERE subject_digest = $1 OR input ->> 'reference' = ANY($2)
       RETURNING input ->> 'reference' AS reference, attempts > 0 AS tried, output #>> '{file,id}' AS file`,
      digest,
      tickets.map(({ reference }) => reference),
    );
    const preferences = await remove('DELETE FROM preferences WHERE owner = ANY($1) RETURNING name', owners);
    const answers = await remove('DELETE FROM idempotency_keys WHERE subject_digest = $1 RETURNING key_digest', digest);
    const counts = { tasks: tasks.length, tickets: tickets.length, preferences: preferences.length, idempotency_keys: answers.length };
    return {
      erased: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      // An attempt that failed may still have arrived.
      delivered: tasks.flatMap(({ reference, tried }) => (tried && reference !== null ? [reference] : [])),
      made: tasks.flatMap(({ file }) => (file !== null && fileId.test(file) ? [file] : [])),
    };
  });
}
