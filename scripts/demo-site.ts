// What the demo WordPress holds: the help centre as pages, two customers of the demo shop and a page with the chat.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked } from 'marked';
import { readArticle } from '../tools-api/src/backends/knowledge/formats/markdown.ts';
import { slugOf } from '../tools-api/src/backends/knowledge/read-sections.ts';
import { projectRoot } from './data-directory.ts';
import type { SitePage, SiteUser } from './wordpress/site.ts';

/** The customer who owns W2530531, another one, one whose order W6731310 can still be cancelled, and the owner of the site. */
export const demoLogins = [
  { customerId: 'aarav_martin_9556', login: 'aarav', password: 'aarav-demo', role: 'subscriber' },
  { customerId: 'yara_sanchez_9692', login: 'yara', password: 'yara-demo', role: 'subscriber' },
  { customerId: 'ethan_smith_9087', login: 'ethan', password: 'ethan-demo', role: 'subscriber' },
] as const;
export const owner = { login: 'owner', password: 'owner-demo' } as const;
export const chatPageSlug = 'support';

type Customer = { customer_id: string; wp_user_id: number; first_name: string; last_name: string; email: string };

export function demoUsers(): SiteUser[] {
  const customers = readFileSync(join(projectRoot, 'tools-api/demo/store/customers.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Customer);
  const shoppers = demoLogins.map(({ customerId, login, password, role }) => {
    const customer = customers.find((candidate) => candidate.customer_id === customerId);
    if (!customer) throw new Error(`${customerId} is not in the demo store`);
    return { id: customer.wp_user_id, login, password, email: customer.email, displayName: `${customer.first_name} ${customer.last_name}`, role };
  });
  return [...shoppers, { id: 9001, ...owner, email: 'owner@example.com', displayName: 'Shop Owner', role: 'administrator' }];
}

/** The articles as pages under /help/; headings carry the ids that citations link to. */
export function helpPages(): SitePage[] {
  const folder = join(projectRoot, 'tools-api/demo/articles');
  const marked = new Marked();
  marked.use({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
    },
  });
  const articles = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    // Only WordPress knows the address that the page gets, and needs none.
    .map((name) => readArticle(name, readFileSync(join(folder, name), 'utf8'), 'https://shop.example/help'));
  const list = articles.map((article) => `<li><a href="./${article.documentId}/">${article.title}</a></li>`).join('\n');
  return [
    { slug: 'help', title: 'Help centre', html: `<ul>\n${list}\n</ul>\n[aiguy_chat position="floating" title="Fernhill Goods support"]` },
    ...articles.map((article) => ({
      slug: article.documentId,
      title: article.title,
      html: marked.parse(article.markdown, { async: false }),
      parentSlug: 'help',
    })),
  ];
}

export const frontPage: SitePage = {
  slug: 'home',
  title: 'Fernhill Goods',
  html: '<p>Kettles, boots, headphones, lamps and bicycles.</p><ul><li><a href="./support/">Support chat</a></li><li><a href="./help/">Help centre</a></li></ul>',
};

export const chatPage: SitePage = {
  slug: chatPageSlug,
  title: 'Support',
  html: '<p>Ask about an order, delivery, returns or a product. Sign in to look up your own orders.</p>\n[aiguy_chat position="inline" title="Fernhill Goods support" greeting="Hello! How can we help?"]',
};
