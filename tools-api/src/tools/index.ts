// Every tool with its handler. A manifest without a handler, or a handler without a manifest, stops the boot.
import type { Catalogue } from '@aiguy/manifests/load';
import { createGetOrderStatus } from './get_order_status/handler.ts';
import type { Backends, Handler } from './handler.ts';
import { createRetrieveDocs } from './retrieve_docs/handler.ts';

export type Handlers = Readonly<Record<string, Handler>>;

export function createHandlers(backends: Backends): Handlers {
  return {
    get_order_status: createGetOrderStatus(backends),
    retrieve_docs: createRetrieveDocs(backends),
  };
}

/** @throws Error naming the tool that has only one half */
export function assertComplete(catalogue: Catalogue, handlers: Handlers): void {
  for (const name of catalogue.keys()) if (!Object.hasOwn(handlers, name)) throw new Error(`the manifest ${name} has no handler`);
  for (const name of Object.keys(handlers)) if (!catalogue.has(name)) throw new Error(`the handler ${name} has no manifest`);
}
