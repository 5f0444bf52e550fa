// Builds the console and the embeddable history into a directory, with names that stay the same.
// usage: node scripts/build.mjs DIRECTORY
import { build } from 'vite';
import { settings, web } from './settings.mjs';

const output = process.argv[2];
if (output === undefined) throw new Error('usage: node scripts/build.mjs DIRECTORY');

// The service compresses what it serves, and gives it an ETag: names need no hash, and inlined files would need a weaker policy.
await build({
  ...settings,
  root: `${web}/console`,
  // The page lies at /console and its files below, whatever a proxy has put in front of both.
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `console/${file}` : { relative: true }),
  },
  build: {
    target: 'es2022',
    outDir: `${output}/console`,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: { console: `${web}/console/index.html` },
      output: { entryFileNames: 'console.js', chunkFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
});

await build({
  ...settings,
  root: web,
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: `${output}/viewer`,
    emptyOutDir: true,
    reportCompressedSize: false,
    // Older browsers would need light-dark() written out, which only works for the colours of a whole page.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    lib: { entry: `${web}/viewer/main.ts`, formats: ['es'], fileName: () => 'viewer.js' },
    // A library's blanks are kept otherwise.
    rolldownOptions: { output: { minify: true } },
  },
});
