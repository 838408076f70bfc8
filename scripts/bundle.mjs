// The last step of `npm run build`: the command as a few files instead of hundreds, so that it answers a quarter sooner.
// Workers and the library are loaded from the files that tsc wrote.
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

/** Loaded by every verb that reads a result, and made of many files. */
const BUNDLED = ['zod', 'string-width', 'wrap-ansi', 'picomatch'];

const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const external = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !BUNDLED.includes(name));

rmSync('dist/chunks', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  // As deep as the rooms, so that a path relative to one of their files means the same in a chunk.
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external,
});
chmodSync('dist/cli.js', 0o755);
