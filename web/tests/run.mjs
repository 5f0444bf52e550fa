// Runs the tests of what the pages compute, in Node. usage: node tests/run.mjs DIRECTORY, where they are built
import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { build } from 'vite';
import { settings, web } from '../scripts/settings.mjs';

const output = process.argv[2];
if (output === undefined) throw new Error('usage: node tests/run.mjs DIRECTORY');
const names = readdirSync(`${web}/tests`).filter((name) => name.endsWith('.test.ts'));

await build({
  ...settings,
  root: web,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: output,
    emptyOutDir: true,
    rollupOptions: { input: names.map((name) => `${web}/tests/${name}`), output: { entryFileNames: '[name].mjs' } },
  },
});

const files = names.map((name) => `${output}/${name.replace(/\.ts$/, '.mjs')}`);
run({ files, concurrency: true })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(spec)
  .pipe(process.stdout);
