// A short run of `npm run fuzz`: damaged files end in an answer that makes sense, or in an error that says so.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { fuzz } from '../../scripts/fuzz/fuzz.mjs';
import { targetsOf } from '../../scripts/fuzz/targets.mjs';
import { EdgeproofError } from '../../src/errors.js';
import { uniform } from '../../src/stats/random.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-fuzz-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const targets = await targetsOf((module) => import(join(ROOT, 'src', `${module}.ts`)), scratch, ROOT);
const options = { first: 1, cases: 200, uniform, isKnown: (error: unknown) => error instanceof EdgeproofError };

describe('files that are damaged on purpose', () => {
  it.each(targets)('$name: are answered or refused', (target) => {
    const { read, refused, findings } = fuzz(target, options);
    expect(findings).toEqual([]);
    expect(read).toBeGreaterThan(3);
    expect(Object.values(refused).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
  });

  it('are found where a reader crashes, answers nonsense or hides it', () => {
    const [target] = targets;
    const broken = { ...target!, use: () => JSON.parse('{') };
    const { findings } = fuzz(broken, { ...options, cases: 3, first: 7 });
    expect(findings.map(({ seed }) => seed)).toEqual([7, 8, 9]);
  });
});
