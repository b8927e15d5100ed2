// What the block editor's page offers to scripts, as far as tests use it.

/** window.wp */
export type Wp = {
  data: {
    select: (store: string) => Record<string, (...args: unknown[]) => never>;
    dispatch: (store: string) => Record<string, (...args: unknown[]) => never>;
  };
  blocks: Record<string, (...args: unknown[]) => never>;
};
