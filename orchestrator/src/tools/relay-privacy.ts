// Hands a request about somebody's personal data on to the tools API, with the assertion of whoever asks: it judges the site's signature itself.
import { AiguyError } from '@aiguy/manifests/errors';
import type { PrivacyEraseRequest, PrivacyErasure, PrivacyExport, PrivacyExportRequest } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { readLimited } from '@aiguy/manifests/read-limited';
import { traceHeaders } from '@aiguy/manifests/telemetry';
import { check } from '@aiguy/manifests/validate';
import type { ValidateFunction } from 'ajv/dist/2020.js';

/** @throws AiguyError tool_unavailable: nothing is known of what was done there; asking again is right */
export type RelayPrivacy = {
  exportPage: (request: PrivacyExportRequest, assertion: string) => Promise<PrivacyExport>;
  erase: (request: PrivacyEraseRequest, assertion: string) => Promise<PrivacyErasure>;
};

const askTimeoutMs = 5000;
const answerBytesMax = 1024 * 1024;

const validateExport = validatorOf<PrivacyExport>('PrivacyExport');
const validateErasure = validatorOf<PrivacyErasure>('PrivacyErasure');

/** @param options.url of the tools API */
export function createRelayPrivacy({ url }: { url: string }): RelayPrivacy {
  return {
    exportPage: async (request, assertion) => await post(`${url}/privacy/export`, { assertion, body: request }, validateExport),
    erase: async (request, assertion) => await post(`${url}/privacy/erase`, { assertion, body: request }, validateErasure),
  };
}

async function post<T>(url: string, { assertion, body }: { assertion: string; body: object }, validate: ValidateFunction<T>): Promise<T> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: { ...traceHeaders(), Authorization: `Bearer ${assertion}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(askTimeoutMs),
    });
    const checked = check(validate, JSON.parse(await readLimited(response, answerBytesMax)));
    if (!response.ok || !checked.ok) throw new Error(`the tools API answered ${response.status}`);
    return checked.value;
  } catch (error) {
    throw new AiguyError('tool_unavailable', { cause: error });
  }
}
