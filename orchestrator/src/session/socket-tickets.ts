// Tickets that open one WebSocket each: a browser can't send an Authorization header with it, and an assertion would be good for five minutes and many uses.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';

export type Ticket = { ticket: string; expiresAt: Date };

/** Time between asking for a ticket and opening the socket with it. */
export const ticketLifetimeS = 30;

const ticketBytes = 32;
const tagBytes = 16;

/**
 * Makes a ticket that stands for an assertion. The assertion is kept sealed by the ticket itself, so that the table opens nothing.
 * Tickets that ran out unused are deleted along the way.
 */
export async function issueTicket(database: Database, assertion: string): Promise<Ticket> {
  const ticket = randomBytes(ticketBytes);
  await database.query('DELETE FROM socket_tickets WHERE expires_at < now()');
  const { rows } = await database.query<{ expires_at: Date }>(
    `INSERT INTO socket_tickets (digest, sealed_assertion, expires_at) VALUES ($1, $2, now() + $3 * interval '1 second') RETURNING expires_at`,
    [derive(ticket, 'digest'), seal(ticket, assertion), ticketLifetimeS],
  );
  return { ticket: ticket.toString('base64url'), expiresAt: rows[0]?.expires_at ?? new Date() };
}

/**
 * Takes a ticket out of the world, whichever process made it.
 * @returns the assertion it stands for, valid when the ticket was issued
 * @throws AiguyError invalid_token for one that was used, ran out or never was
 */
export async function redeemTicket(database: Database, text: string): Promise<string> {
  const ticket = Buffer.from(text, 'base64url');
  if (ticket.length !== ticketBytes) throw new AiguyError('invalid_token');
  const { rows } = await database.query<{ sealed_assertion: Buffer; valid: boolean }>(
    'DELETE FROM socket_tickets WHERE digest = $1 RETURNING sealed_assertion, expires_at > now() AS valid',
    [derive(ticket, 'digest')],
  );
  const row = rows[0];
  if (!row?.valid) throw new AiguyError('invalid_token');
  return open(ticket, row.sealed_assertion);
}

/** HKDF (RFC 5869): what is stored to find a ticket tells nothing about the key that it also yields. */
function derive(ticket: Buffer, purpose: 'digest' | 'key'): Buffer {
  return Buffer.from(hkdfSync('sha256', ticket, '', `aiguy socket ticket ${purpose}`, 32));
}

/** A ticket's key encrypts one text, once; therefore the nonce may be fixed. */
const nonce = Buffer.alloc(12);

function seal(ticket: Buffer, text: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', derive(ticket, 'key'), nonce);
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

function open(ticket: Buffer, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', derive(ticket, 'key'), nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]).toString('utf8');
}
