// Documents that a site puts into the knowledge itself. Each is the site's own: only it can replace, remove and list it, and only at it is it found.
import { createHash } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { KnowledgeDocument, KnowledgeDocumentList, KnowledgeDocumentResult } from '@aiguy/manifests/generated/http';
import { completeArticle } from './formats/complete-article.ts';
import { readFragment } from './formats/html.ts';
import { cutArticle, storeDocument } from './ingest-document.ts';
import { type Article, DocumentError } from './sources/source.ts';

export type SiteDocuments = {
  /**
   * Its words are found at once; who calls sees to it that its vectors are computed.
   * @throws DocumentError with a reason for the owner
   */
  put: (site: string, id: string, document: KnowledgeDocument) => Promise<KnowledgeDocumentResult>;
  /** @returns whether it was there */
  forget: (site: string, id: string) => Promise<boolean>;
  /** @param after the id that the page before ended with */
  list: (site: string, after: string) => Promise<KnowledgeDocumentList>;
  /** Whether passages of anybody lack vectors. */
  isPending: () => Promise<boolean>;
};

/** Of one site; more is no help centre. */
export const documentsMax = 20_000;
/** A page beyond it is a book; its vectors would take minutes. */
const passagesMax = 400;
const listedMax = 100;

export function createSiteDocuments(database: Database): SiteDocuments {
  return {
    put: async (site, id, document) => {
      const article = articleOf(site, id, document);
      const passages = cutArticle(article).length;
      if (passages > passagesMax)
        throw new DocumentError(`is cut into ${passages} passages; the limit is ${passagesMax}: split it into several pages`);
      await assertRoom(database, site, id);
      const { was, chunks } = await storeDocument(database, article, { source: sourceOf(site), key: id, fingerprint: undefined });
      return { id, was, passages: chunks };
    },
    forget: async (site, id) => {
      const { rows } = await database.query<{ forgotten: boolean }>(forgetOne, [site, id]);
      return rows[0]?.forgotten ?? false;
    },
    list: async (site, after) => await listOf(database, site, after),
    isPending: async () => (await database.query<{ pending: boolean }>(selectPending)).rows[0]?.pending ?? false,
  };
}

const sourceOf = (site: string): string => `site:${site}`;

/** The knowledge has one space of names, and other sites have a post-12 as well. */
export function siteDocumentId(site: string, id: string): string {
  return `site-${createHash('sha256').update(site).digest('hex').slice(0, 16)}-${id}`;
}

/** The site's own name of a document in the knowledge; undefined for one that is not its. */
export function ownNameOf(site: string, documentId: string): string | undefined {
  const prefix = siteDocumentId(site, '');
  return documentId.startsWith(prefix) ? documentId.slice(prefix.length) : undefined;
}

function articleOf(site: string, id: string, { title, url, html, text, language, collection, modified }: KnowledgeDocument): Article {
  const markdown = html === undefined ? (text ?? '') : readFragment(html);
  const article = completeArticle({ markdown, title, url, language, lastUpdated: modified }, { key: id, documentId: siteDocumentId(site, id) });
  return collection === undefined ? article : { ...article, collection };
}

async function assertRoom(database: Database, site: string, id: string): Promise<void> {
  const { rows } = await database.query<{ others: number }>('SELECT count(*)::int AS others FROM documents WHERE site = $1 AND source_key <> $2', [
    site,
    id,
  ]);
  if ((rows[0]?.others ?? 0) >= documentsMax)
    throw new DocumentError(`is one more than the ${documentsMax.toLocaleString('en')} that a site may teach`);
}

const forgetOne = `
  WITH gone AS (DELETE FROM documents WHERE site = $1 AND source_key = $2 RETURNING 1),
    counted AS (UPDATE corpus SET version = version + 1 WHERE EXISTS (SELECT 1 FROM gone))
  SELECT EXISTS (SELECT 1 FROM gone) AS forgotten`;

const selectPending = `
  SELECT EXISTS (SELECT 1 FROM chunks WHERE NOT EXISTS (
    SELECT 1 FROM embeddings JOIN indexes USING (index_id) WHERE state = 'active' AND embeddings.chunk_id = chunks.chunk_id)) AS pending`;

type Listed = KnowledgeDocumentList['documents'][number];

async function listOf(database: Database, site: string, after: string): Promise<KnowledgeDocumentList> {
  const { rows } = await database.query<Omit<Listed, 'learnt'> & { learnt: Date }>(selectListed, [site, after, listedMax + 1]);
  const total = await database.query<{ total: number }>('SELECT count(*)::int AS total FROM documents WHERE site = $1', [site]);
  const collections = await database.query<{ name: string; documents: number }>(
    'SELECT collection AS name, count(*)::int AS documents FROM documents WHERE site IS NULL OR site = $1 GROUP BY 1 ORDER BY 1',
    [site],
  );
  const documents = rows.slice(0, listedMax).map((row) => ({ ...row, learnt: row.learnt.toISOString() }));
  const next = rows.length > listedMax ? (documents.at(-1)?.id ?? null) : null;
  return { documents, next, total: total.rows[0]?.total ?? 0, collections: collections.rows };
}

const selectListed = `
  SELECT source_key AS id, documents.title, documents.url, language, collection, last_updated::text AS updated, ingested_at AS learnt,
    count(chunk_id)::int AS passages,
    count(chunk_id) FILTER (WHERE NOT EXISTS (
      SELECT 1 FROM embeddings JOIN indexes USING (index_id) WHERE state = 'active' AND embeddings.chunk_id = chunks.chunk_id))::int AS pending
  FROM documents LEFT JOIN chunks USING (document_id)
  WHERE site = $1 AND source_key > $2 GROUP BY document_id ORDER BY source_key LIMIT $3`;
