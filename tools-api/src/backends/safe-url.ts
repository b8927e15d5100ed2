// An address that a key is sent to: https, or http on this machine; without credentials in it.
import { ConfigError } from '@aiguy/manifests/environment';

/** @throws ConfigError naming the variable */
export function safeUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)))
    throw new ConfigError(name, 'must be a https address; http is for loopback only');
  if (url.username !== '' || url.password !== '' || url.hash !== '') throw new ConfigError(name, 'must hold no user, password or fragment');
  return url;
}
