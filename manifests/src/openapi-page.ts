// An OpenAPI 3.1 document as a page to read: every operation with what it takes and what it answers. No script, nothing from elsewhere.
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type Html, html, join, verbatim } from './html.ts';

type Schema = { [name: string]: unknown };
type Content = Record<string, { schema?: Schema; example?: unknown }>;
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema };
type Operation = {
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};
export type OpenapiDocument = {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --quiet: color-mix(in srgb, currentColor 65%, transparent); }
body { margin: 0; font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 60rem; margin: 0 auto; padding: clamp(1rem, 4vw, 3rem) 1rem 4rem; }
h1 { line-height: 1.2; } h2 { font-size: 1.05rem; display: inline; }
h3 { font-size: .875rem; margin: 1rem 0 .25rem; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; }
summary { padding: .6rem .8rem; cursor: pointer; } details > div { padding: 0 .8rem .8rem; }
.method { font-weight: 700; text-transform: uppercase; } .said { font-weight: 400; color: var(--quiet); }
pre { overflow: auto; max-height: 24rem; padding: .75rem; border: 1px solid var(--line); border-radius: .375rem; white-space: pre-wrap; font-size: .8125rem; }
dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
a { color: inherit; } :focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;

/** The only content security policy under which the page looks right: its style by digest, and nothing else. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Both forms of it, made once. */
export function addOpenapiDocument(app: FastifyInstance, document: OpenapiDocument): void {
  const [json, page] = [JSON.stringify(document), openapiPage(document)];
  app.get('/openapi.json', async (_request, reply) => await reply.type('application/json').send(json));
  app.get(
    '/openapi.html',
    async (_request, reply) => await reply.type('text/html; charset=utf-8').header('Content-Security-Policy', policy).send(page),
  );
}

export function openapiPage(document: OpenapiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation, id: `${method} ${path}`.replace(/[^a-z0-9_]+/gi, '-') })),
  );
  const { title, version, description = '' } = document.info;
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${verbatim(style)}</style></head>
<body><main>
<h1>${title} ${version}</h1>
<p>${description}</p>
<p><a href="openapi.json">The same as JSON (OpenAPI 3.1)</a></p>
${join(operations.map((one) => operationOf(one, document.components.schemas)))}
</main></body></html>`.text;
}

type Named = { id: string; method: string; path: string; operation: Operation };

function operationOf({ id, method, path, operation }: Named, schemas: Record<string, Schema>): Html {
  const { summary = '', description = '', parameters = [], requestBody, responses } = operation;
  return html`<details id="${id}"><summary><h2><span class="method">${method}</span> <code>${path}</code> <span class="said">${summary}</span></h2></summary><div>
${join(
  description
    .split('\n\n')
    .filter(Boolean)
    .map((paragraph) => html`<p>${paragraph}</p>`),
)}
${parameters.length > 0 ? html`<h3>Parameters</h3><dl>${join(parameters.map(parameterOf))}</dl>` : ''}
${requestBody ? contentOf('Body', requestBody.content, schemas) : ''}
${join(
  Object.entries(responses)
    .filter(([status]) => !isError(status))
    .map(([status, { description: said, content }]) => contentOf(`${status}: ${said}`, content ?? {}, schemas)),
)}
${errorsOf(Object.keys(responses).filter(isError))}
</div></details>`;
}

function isError(status: string): boolean {
  return status === 'default' || Number(status) >= 400;
}

/** All have the same body, ErrorBody. */
function errorsOf(statuses: string[]): Html {
  return statuses.length > 0 ? html`<p class="said">Errors: ${statuses.join(', ')}, each with code, message and requestId.</p>` : html``;
}

function parameterOf({ name, in: place, required, description = '' }: Parameter): Html {
  return html`<dt><code>${name}</code> <span class="said">in ${place}${required ? ', required' : ''}</span></dt><dd>${description}</dd>`;
}

function contentOf(heading: string, content: Content, schemas: Record<string, Schema>): Html {
  const bodies = Object.entries(content).map(
    ([type, { schema, example }]) => html`${example === undefined ? '' : html`<pre tabindex="0">${JSON.stringify(example, null, 2)}</pre>`}
<details><summary>${type}${nameOf(schema)}</summary><div><pre tabindex="0">${JSON.stringify(resolved(schema, schemas), null, 2)}</pre></div></details>`,
  );
  return html`<h3>${heading}</h3>${join(bodies)}`;
}

function nameOf(schema: Schema | undefined): string {
  const reference = schema?.$ref;
  return typeof reference === 'string' ? `, ${reference.split('/').at(-1)}` : '';
}

/** A reference at the top is followed; those within keep their names. */
function resolved(schema: Schema | undefined, schemas: Record<string, Schema>): unknown {
  const name = typeof schema?.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
  return name === undefined ? schema : schemas[name];
}
