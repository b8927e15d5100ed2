// The build of @wordpress/scripts with our entries, in two parts: what visitors load (launcher; chat, page and consent, loaded by it; extras, loaded after the chat's first view) with the block, and the screens in wp-admin.
import { globSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import DependencyExtractionPlugin from '@wordpress/dependency-extraction-webpack-plugin';
import base from '@wordpress/scripts/config/webpack.config.js';
import TerserPlugin from 'terser-webpack-plugin';

/** Bundled in the chat instead of taken from the page: there, api-fetch carries the nonce of a page that may be older than the nonce lives. */
const bundled = new Set(['@wordpress/api-fetch', '@wordpress/private-apis', '@wordpress/url']);
const alias = { '@wordpress/private-apis': join(import.meta.dirname, 'src/chat/private-apis.ts') };

/** Replaced, or not wanted: our styles use logical properties, so that one file serves both directions. */
const left = new Set(['DependencyExtractionWebpackPlugin', 'RtlCssPlugin']);

/** Texts are collected from the sources, so the build needs no comments for translators. */
const minimizer = new TerserPlugin({
  terserOptions: {
    ecma: 2020,
    format: { comments: false },
    compress: { passes: 3, toplevel: true, unsafe_arrows: true },
    mangle: { toplevel: true },
  },
  extractComments: false,
});

/** Each part is a build of its own; none may clean away what the other has made. */
const part = (name, entry, requestToExternal) => ({
  ...base,
  resolve: { ...base.resolve, alias: { ...base.resolve.alias, ...(name === 'chat' ? alias : {}) } },
  optimization: { ...base.optimization, minimizer: [minimizer] },
  name,
  entry,
  output: { ...base.output, clean: false },
  plugins: [...base.plugins.filter((plugin) => !left.has(plugin.constructor.name)), new DependencyExtractionPlugin({ requestToExternal })],
});

export default [
  part(
    'chat',
    {
      launcher: resolve('src/launcher/index.ts'),
      chat: resolve('src/widget/index.tsx'),
      page: resolve('src/page/index.ts'),
      extras: resolve('src/extras/index.tsx'),
      consent: resolve('src/consent/index.ts'),
      person: resolve('src/person/index.tsx'),
      'block/index': resolve('src/block/index.tsx'),
    },
    (request) => (bundled.has(request) ? false : undefined),
  ),
  part(
    'admin',
    Object.fromEntries(globSync('src/admin/*/index.tsx').map((file) => [`admin/${basename(dirname(file))}`, resolve(file)])),
    () => undefined,
  ),
];
