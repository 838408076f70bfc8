// What commands print as JSON is what their schemas say, for the committed results and for cases that these lack.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { ResultDocument } from '../../src/contract/result.js';
import { compareSchema } from '../../src/contract/views/compare.js';
import { memoryCasesSchema } from '../../src/contract/views/memory.js';
import { showSchema } from '../../src/contract/views/show.js';
import { compareView } from '../../src/stats/compare-view.js';
import { memoryView } from '../../src/stats/memory-anatomy.js';
import { showView } from '../../src/stats/show.js';
import { readResult } from '../../src/store/files.js';
import { CEILINGS, workedCase } from '../fixtures/ceilings.js';
import { conditionOf, disturbed } from '../fixtures/condition.js';
import { passesOf } from '../fixtures/curve.js';
import { documentOf, generateCase, microCase, steadyRound, sustainedCase } from '../fixtures/document.js';
import { energyOf20Watts } from '../fixtures/energy.js';

const RESULTS = fileURLToPath(new URL('../../results/', import.meta.url));
const COMMITTED = readdirSync(RESULTS, { recursive: true, encoding: 'utf8' })
  .filter((path) => /-\d{8}T\d{6}Z\.json$/.test(path))
  .map((path) => [path, readResult(join(RESULTS, path))] as const);

function unlikeTheCommitted(): ResultDocument {
  const rounds = [1, 2, 3].map((i) => ({
    ...steadyRound(1000 + i, 20),
    condition: i === 1 ? disturbed(0.3) : conditionOf({ unknown: { steal: 'no' } }),
    energy: energyOf20Watts(),
  }));
  const limited = generateCase([steadyRound(900, 20)], { key: { limits: { memoryBytes: 1e9, swapBytes: 0 } } });
  const effects = { peakBytes: 5e8, swapPeakBytes: 0, limitHits: 3, oomKills: 0, periods: 4, throttledPeriods: 1 };
  Object.assign(limited.rounds[0]!, {
    limits: { method: 'x', memoryBytes: 1e9, swapBytes: 0, cpuQuota: 1, cpus: null, uncountedFileBytes: 1, effects },
  });
  const answered = generateCase(rounds);
  const other = generateCase(rounds, { key: { ep: 'webgpu' } });
  answered.answer = { prompt: { seed: 0, tokens: 1, vocabSize: 9 }, tokens: [1], logits: null };
  other.answer = { ...answered.answer, tokens: [2] };
  const cases = [
    answered,
    other,
    limited,
    generateCase([steadyRound(500, 20), 'failed'], { key: { threads: 4 }, status: 'failed' }),
    generateCase([{ ...steadyRound(1, 1), energy: { tier: 'unavailable', reason: 'no', remedy: null } }], {
      key: { model: 'dark' },
    }),
    microCase([{ sampleMs: [1, 2, 3] }], 'tokenize'),
    sustainedCase([passesOf(() => 20, 60, 100)], 60),
    workedCase(12_805, 100, { key: { model: 'below' } }),
    workedCase(2561, 5, { key: { model: 'impossible' } }),
  ];
  return { ...documentOf(cases), ceilings: CEILINGS };
}

/** What a program reads, against the schema: `unknown` fields are an error, too. */
function expectValid(schema: z.ZodType, view: unknown): void {
  const printed: unknown = JSON.parse(JSON.stringify(view));
  expect(schema.safeParse(printed).error?.issues ?? []).toEqual([]);
}

describe.each([...COMMITTED, ['a document with everything else', unlikeTheCommitted()] as const])(
  '%s',
  (_, document) => {
    it('is shown as docs/schema/show.json says', () => expectValid(showSchema, showView(document, 'x.json')));

    it('has its memory shown as docs/schema/memory.json says', () =>
      expectValid(memoryCasesSchema, memoryView(document, null).cases));

    it('is compared as docs/schema/compare.json says', () => {
      const side = { document, path: 'x.json' };
      expectValid(compareSchema, compareView(side, side, { across: [], grade: 'B' }));
    });
  },
);

it('a figure has one place: what a case shows is what the view of all has', () => {
  const { cases, ranking, uncertain } = showView(unlikeTheCommitted(), null);
  const status = (name: string) => cases.find(({ key }) => key.model === name)!.status;
  expect([status('impossible'), status('below')]).toEqual(['impossible', 'ok']);
  expect(ranking.map(({ id }) => id)).not.toContain(cases.at(-1)!.id);
  expect(uncertain).toEqual([]);
});
