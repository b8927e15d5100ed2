// The build of @wordpress/scripts with our three entries: launcher (on the page), chat (loaded by the launcher), block (in the editor).
import { resolve } from 'node:path';
import base from '@wordpress/scripts/config/webpack.config.js';

/** Not wanted: our styles use logical properties, so that one file serves both directions. */
const left = new Set(['RtlCssPlugin']);

export default {
  ...base,
  entry: {
    launcher: resolve('src/launcher/index.ts'),
    chat: resolve('src/widget/index.tsx'),
    'block/index': resolve('src/block/index.tsx'),
  },
  plugins: base.plugins.filter((plugin) => !left.has(plugin.constructor.name)),
};
