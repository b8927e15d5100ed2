// A WordPress whose agent the test plays: it remembers what it is taught and forgets what it is told to.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, type Received, startSite, startUpstream, type Upstream } from './site.ts';

export type Document = { title: string; url: string; html: string; language: string; collection: string; modified: string };
export type Told = { method: string; id: number };
export type Row = { state: string; error: string; tried: string; due: string };
type Owner = { cookie: string; headers: Record<string, string> };

/** A site with an empty queue. */
export async function startKnowledgeSite(): Promise<KnowledgeSite> {
  const upstream = await startUpstream();
  const site = await startSite(upstream.url);
  const knowledge = new KnowledgeSite({ site, upstream, owner: await enter(site, 'owner', 'owner-demo') });
  upstream.answer = knowledge.answer;
  return knowledge;
}

export class KnowledgeSite {
  readonly site: NativeWordPress;
  readonly upstream: Upstream;
  readonly owner: Owner;
  /** What the agent knows, and in which order it was told. */
  readonly known = new Map<number, Document>();
  told: Told[] = [];
  readonly #root: string;
  readonly #workers: ChildProcess[] = [];

  constructor({ site, upstream, owner }: { site: NativeWordPress; upstream: Upstream; owner: Owner }) {
    this.site = site;
    this.upstream = upstream;
    this.owner = owner;
    this.#root = site.evaluate('echo ABSPATH;');
  }

  /** What an earlier test has left is done. */
  async settle(): Promise<void> {
    this.upstream.answer = this.answer;
    await this.work();
    this.told = [];
  }

  readonly answer = (request: Received, response: ServerResponse): void => {
    const id = Number(/^\/staff\/knowledge\/documents\/post-(\d+)$/.exec(request.url)?.[1]);
    this.told.push({ method: request.method, id });
    if (request.method === 'PUT') this.known.set(id, JSON.parse(request.body) as Document);
    else this.known.delete(id);
    reply(response, 200, { id: `post-${id}`, was: 'new', passages: 1 });
  };

  /** Begins a batch as WP-Cron has it, in a PHP of its own: this process goes on and answers as the orchestrator. */
  beginWork(hook = 'aiguy_knowledge_work'): ChildProcess {
    const code = `$_SERVER['HTTP_HOST'] = '127.0.0.1'; require '${this.#root}wp-load.php'; do_action( '${hook}' );`;
    const child = spawn('php', ['-r', code], { cwd: this.#root, stdio: ['ignore', 'inherit', 'inherit'] });
    this.#workers.push(child);
    return child;
  }

  async work(hook?: string): Promise<void> {
    const [code] = await once(this.beginWork(hook), 'exit');
    assert.equal(code, 0);
  }

  /** A published page, unless the fields (PHP) say otherwise. @returns its id */
  insert(fields = ''): number {
    const usual =
      "'post_title' => 'Piano tuning', 'post_content' => '<p>A tuning costs 95 dollars.</p>', 'post_status' => 'publish', 'post_type' => 'page'";
    return Number(this.site.evaluate(`echo wp_insert_post( wp_slash( array( ${usual}, 'post_author' => 9001, ${fields} ) ) );`));
  }

  update(id: number, fields: string): void {
    this.site.evaluate(`wp_update_post( wp_slash( array( 'ID' => ${id}, ${fields} ) ) );`);
  }

  row(id: number): Row | null {
    const sql = `'SELECT * FROM ' . $wpdb->prefix . 'aiguy_knowledge WHERE post_id = ${id}'`;
    return JSON.parse(this.site.evaluate(`echo wp_json_encode( $wpdb->get_row( ${sql} ) );`)) as Row | null;
  }

  /** Everything that waits is due now. */
  hasten(): void {
    this.site.evaluate("$wpdb->query( 'UPDATE ' . $wpdb->prefix . 'aiguy_knowledge SET due = 0' );");
  }

  /** Asks a route of the screen: GET without a body, POST with one. */
  async admin<T = Record<string, unknown>>(
    path: string,
    json?: unknown,
    as: Owner = this.owner,
  ): Promise<{ status: number; body: T & { code?: string } }> {
    const sent = json === undefined ? { method: 'GET' } : { method: 'POST', json };
    const answered = await callRoute(this.site, `admin/knowledge${path}`, { ...sent, ...as });
    return { status: answered.status, body: JSON.parse(answered.text) };
  }

  async stop(): Promise<void> {
    for (const worker of this.#workers) worker.kill('SIGKILL');
    await this.site.stop();
    this.upstream.stop();
  }
}

export function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
