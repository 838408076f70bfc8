// The house of DESIGN.md, section 2: what may import what, what stays pure, who prints, and the shape of files.
// The checker itself is tried on small fake sources first, so that its silence means something.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { median } from '../src/stats/summary.js';
import { brokenRules } from './fixtures/house.js';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'));

describe('src/', () => {
  it.each(FILES)('%s keeps the rules of the house', (path) => {
    expect(brokenRules(path, readFileSync(join(SRC, path), 'utf8'))).toEqual([]);
  });

  it('has files of a median under 100 lines and no file over 300', () => {
    const lines = FILES.map((path) => [path, readFileSync(join(SRC, path), 'utf8').split('\n').length - 1] as const);
    expect(lines.filter(([, count]) => count > 300)).toEqual([]);
    expect(median(lines.map(([, count]) => count))).toBeLessThan(100);
  });

  it('holds nothing but TypeScript', () => {
    const others = readdirSync(SRC, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
      .map((entry) => entry.name);
    expect(others).toEqual([]);
  });
});

type Refused = [path: string, source: string, rule: string];

describe('the checker', () => {
  const broken = (path: string, source: string) =>
    brokenRules(path, `// A comment.\n${source}`).map((rule) => rule.replace(`${path}: `, ''));

  it.each([
    ['stats/a.ts', `import { x } from '../result/schema.js';`],
    ['stats/a.ts', `import { x } from './b.js';`],
    ['stats/a.ts', `import { x } from '../errors.js'; import { y } from '../json-file.js';`],
    ['json-file.ts', `import { x } from './errors.js'; import { z } from 'zod';`],
    ['cli.ts', `import { run } from './commands/run.js'; const { show } = await import('./commands/show.js');`],
    ['commands/run.ts', `import { runRound } from '../worker/parent.js';`],
    ['commands/run.ts', `import { probeProvider } from '../worker/ask.js';`],
    ['commands/run.ts', `import type { Job } from '../worker/protocol.js';`],
    ['commands/run.ts', `import { type Job } from '../worker/protocol.js';`],
    ['commands/run.ts', `console.log(process.argv); process.stdout.write('x'); process.stderr.write('y');`],
    ['cli.ts', `console.error(new Date(), Date.now());`],
    ['machine/a.ts', `import { readFileSync } from 'node:fs'; export const now = Date.now() + performance.now();`],
    ['worker/runtimes/a.ts', `import { InferenceSession } from 'onnxruntime-node'; class Streamer {}`],
    ['worker/runtimes/a.ts', `const library = await import('@huggingface/transformers');`],
    ['worker/a.ts', `import { x } from './runtimes/open.js'; import { y } from '../machine/describe.js';`],
    ['onnx/protobuf.ts', `export class WireError extends Error {}`],
    ['errors.ts', `export class EdgeproofError extends Error {}`],
    ['report/a.ts', `import { join } from 'node:path'; import type { Writable } from 'node:stream';`],
    ['report/a.ts', `const day = new Date('2025-01-01'); const stored = { process: 1, console: 2 }; stored.process++;`],
    ['report/a.ts', `const text = 'console.log(process.env)'; /* import 'onnxruntime-node' */ // new Date()`],
    ['report/a.ts', `const pattern = /import "onnxruntime-node'/; const page = \`\${pattern} console.log(1)\`;`],
    ['stats/type-widths.ts', `export const x = 1;`],
  ])('accepts in %s: %s', (path, source) => {
    expect(broken(path, source)).toEqual([]);
  });

  const REFUSED: Refused[] = [
    ['stats/a.ts', `import { x } from '../report/render.js';`, 'imports report/view.ts, which is further down'],
    ['onnx/a.ts', `import { x } from '../models/cache.js';`, 'imports models/cache.ts, which is further down'],
    ['onnx/a.ts', `export { x } from '../models/cache.js';`, 'imports models/cache.ts, which is further down'],
    ['onnx/a.ts', `const x = await import('../models/cache.js');`, 'imports models/cache.ts, which is further down'],
    ['onnx/a.ts', `type X = import('../models/cache.js').X;`, 'imports models/cache.ts, which is further down'],
    ['onnx/a.ts', `import type { X } from '../models/cache.js';`, 'imports models/cache.ts, which is further down'],
    ['worker/runtimes/a.ts', `import { x } from '../../stats/b.js';`, 'imports stats/b.ts, which is further down'],
    ['stats/a.ts', `import { x } from '../verdict/fit.js';`, 'imports verdict/fit.ts, which is further down'],
    ['stats/a.ts', `import { x } from '../attic/b.js';`, 'imports attic/b.ts, which is further down'],
    ['stats/a.ts', `import { x } from '../cli.js';`, 'imports cli.ts'],
    ['errors.ts', `import { x } from './json-file.js';`, 'imports json-file.ts'],
    ['json-file.ts', `import { x } from './suite/load.js';`, 'imports suite/load.ts'],
    ['cli.ts', `import { x } from './suite/load.js';`, 'imports suite/load.ts'],
    ['stats/a.ts', `const x = await import(name);`, 'imports a path that only running it tells'],
    ['stats/a.ts', `import x from '../../package.json';`, 'imports ../../package.json from outside src/'],
    ...['koffi', 'onnxruntime-node', 'onnxruntime-common', '@huggingface/transformers', 'node-llama-cpp'].flatMap(
      (name) =>
        [
          `import { x } from '${name}';`,
          `import type { X } from '${name}';`,
          `import '${name}/sub';`,
          `export * as x from '${name}';`,
          `const x = await import('${name}');`,
          `const x = require('${name}');`,
          `type X = typeof import('${name}');`,
        ].map((source): Refused => ['worker/parent.ts', source, `imports ${name} outside worker/runtimes/`]),
    ),
    ...['commands/a.ts', 'report/a.ts', 'stats/a.ts'].map(
      (path): Refused => [
        path,
        `import { x } from '../worker/generate.js';`,
        'imports worker/generate.ts: only commands/ starts workers, by worker/parent.ts or worker/ask.ts',
      ],
    ),
    [
      'report/a.ts',
      `import { runRound } from '../worker/parent.js';`,
      'imports worker/parent.ts: only commands/ starts workers, by worker/parent.ts or worker/ask.ts',
    ],
    [
      'commands/a.ts',
      `import { messageSchema } from '../worker/protocol.js';`,
      'imports worker/protocol.ts: only commands/ starts workers, by worker/parent.ts or worker/ask.ts',
    ],
    ['cli.ts', `import { runRound } from './worker/parent.js';`, 'imports worker/parent.ts'],
    ['stats/a.ts', `import { readFileSync } from 'node:fs';`, 'imports node:fs in a pure room'],
    ['verdict/a.ts', `import { argv } from 'node:process';`, 'imports node:process in a pure room'],
    ['report/a.ts', `const fs = await import('node:fs/promises');`, 'imports node:fs/promises in a pure room'],
    ['report/a.ts', `export const home = process.env.HOME;`, 'uses process in a pure room'],
    ['report/a.ts', `const { env } = globalThis.process;`, 'uses process in a pure room'],
    ['report/a.ts', `export const at = Date.now();`, 'uses Date.now in a pure room'],
    ['report/a.ts', `export const at = new Date();`, 'uses new Date() in a pure room'],
    ['report/a.ts', `export const at = new Date;`, 'uses new Date() in a pure room'],
    ['stats/a.ts', `export const at = performance.now();`, 'uses performance in a pure room'],
    ['models/a.ts', `console.log('written');`, 'prints with console'],
    ['models/a.ts', `globalThis.console.log('written');`, 'prints with console'],
    ['worker/a.ts', `process.stdout.write('x');`, 'prints with process.stdout'],
    ['worker/a.ts', `process.stderr.write('x');`, 'prints with process.stderr'],
    ['suite/a.ts', `export default 1;`, 'has a default export'],
    ['suite/a.ts', `const a = 1; export { a as default };`, 'has a default export'],
    ['suite/a.ts', `export * from './b.js';`, 'is a barrel: export * from'],
    ['suite/a.ts', `enum Colour { Red }`, 'has an enum'],
    ['suite/a.ts', `export const enum Colour { Red }`, 'has an enum'],
    ['suite/a.ts', `export class Suite {}`, 'has a class'],
    ['suite/a.ts', `export const suite = new (class {})();`, 'has a class'],
    ['worker/a.ts', `class Worker {}`, 'has a class'],
    ['attic/a.ts', `export const x = 1;`, 'is in a room that the house does not have'],
    ['loose.ts', `export const x = 1;`, 'stands outside the rooms'],
    ...['utils', 'helpers', 'types', 'common', 'constants', 'manager', 'index'].map(
      (name): Refused => [`suite/${name}.ts`, `export const x = 1;`, 'is named like a drawer'],
    ),
  ];

  it.each(REFUSED)('refuses in %s: %s', (path, source, rule) => {
    expect(broken(path, source)).toContain(rule);
  });

  it('wants a comment first, below a hashbang if there is one', () => {
    expect(brokenRules('suite/a.ts', 'export const x = 1; // late')).toEqual([
      'suite/a.ts: does not start with a comment',
    ]);
    expect(brokenRules('cli.ts', '#!/usr/bin/env node\n// The door.\n')).toEqual([]);
    expect(brokenRules('cli.ts', '#!/usr/bin/env node\nexport const x = 1;')).toHaveLength(1);
    expect(brokenRules('suite/a.ts', '/** A suite. */\n')).toEqual([]);
  });
});
