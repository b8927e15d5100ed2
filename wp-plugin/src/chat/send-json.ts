// Sends a JSON request to a route of the site and reads its JSON answer; no middleware of the page stands between.
import type { SendJson } from './session.ts';

/** @throws the parsed error body, or an object with the code offline_error, fetch_error or invalid_json */
export const sendJson: SendJson = async ({ url, method, headers, data, signal }) => {
  const response = await fetch(url, {
    method,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(data),
    credentials: 'same-origin',
    cache: 'no-store',
    signal,
  }).catch(() => {
    throw { code: navigator.onLine ? 'fetch_error' : 'offline_error' };
  });
  const answer: unknown = await response.json().catch(() => {
    throw { code: 'invalid_json' };
  });
  if (!response.ok) throw answer;
  return answer;
};
