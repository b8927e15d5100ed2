// The build of @wordpress/scripts with our entries: launcher (on the page), chat (loaded by the launcher), page (loaded when a tool asks for the page), extras (loaded after the chat's first view), block (in the editor).
import { resolve } from 'node:path';
import DependencyExtractionPlugin from '@wordpress/dependency-extraction-webpack-plugin';
import base from '@wordpress/scripts/config/webpack.config.js';

/** Bundled instead of taken from the page: there, api-fetch carries the nonce of a page that may be older than the nonce lives. */
const bundled = new Set(['@wordpress/api-fetch', '@wordpress/private-apis', '@wordpress/url']);

/** Replaced, or not wanted: our styles use logical properties, so that one file serves both directions. */
const left = new Set(['DependencyExtractionWebpackPlugin', 'RtlCssPlugin']);

export default {
  ...base,
  entry: {
    launcher: resolve('src/launcher/index.ts'),
    chat: resolve('src/widget/index.tsx'),
    page: resolve('src/page/index.ts'),
    extras: resolve('src/extras/index.tsx'),
    'block/index': resolve('src/block/index.tsx'),
  },
  plugins: [
    ...base.plugins.filter((plugin) => !left.has(plugin.constructor.name)),
    new DependencyExtractionPlugin({ requestToExternal: (request) => (bundled.has(request) ? false : undefined) }),
  ],
};
