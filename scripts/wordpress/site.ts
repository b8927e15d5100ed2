// What a WordPress of ours is made to hold; set-up-site.php brings it about.
export type SiteUser = { id: number; login: string; password: string; email: string; displayName: string; role: string };
export type SitePage = { slug: string; title: string; html: string; parentSlug?: string };

export type Site = {
  siteUrl: string;
  siteTitle: string;
  orchestratorUrl: string;
  users: SiteUser[];
  pages: SitePage[];
  frontPage: SitePage;
  chatPage: SitePage;
  /** Left out for addresses by the page's name, empty for plain ones. */
  permalinks?: string;
};
