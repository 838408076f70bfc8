// Every whole number is bounded alike wherever it enters: behind an option, in a suite, in a stored result.
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { declareRun, suiteOverrides } from '../../src/commands/run-options.js';
import { BOUNDS } from '../../src/contract/bounds.js';
import { caseKeySchema } from '../../src/contract/case-key.js';
import { bytesOf } from '../../src/contract/limit-text.js';
import { limitSetSchema } from '../../src/contract/limits.js';
import { suiteSchema } from '../../src/contract/suite.js';
import { workloadRow, workloadSchema } from '../../src/contract/workloads.js';
import { iterationSeed } from '../../src/worker/prompt.js';
import { generateCase, steadyRound } from '../fixtures/document.js';

const INT32 = 2 ** 31 - 1;

/** Whether the options of `run` and the schema of suites take these. */
async function accepts(parameters: string[], fields: object, workload: object = {}): Promise<[boolean, boolean]> {
  const generate = { kind: 'generate', prompt: [8], new: [8], ...workload };
  const inSuite = suiteSchema.safeParse({ name: 'x', models: ['m'], workloads: [generate], ...fields }).success;
  try {
    const command = declareRun(new Command())
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    command.parse(parameters, { from: 'user' });
    await suiteOverrides(command.opts());
    return [true, inSuite];
  } catch {
    return [false, inSuite];
  }
}

const NUMBERS: [name: keyof typeof BOUNDS, option: string, field: (value: number) => [object, object?]][] = [
  ['threads', '--threads', (value) => [{ threads: [value] }]],
  ['prompt', '--prompt', (value) => [{}, { prompt: [value] }]],
  ['new', '--new', (value) => [{}, { new: [value] }]],
  ['depth', '--depth', (value) => [{}, { depth: [value] }]],
  ['rounds', '--rounds', (value) => [{ rounds: value }]],
  ['iterations', '--iterations', (value) => [{ iterations: value }]],
  ['warmup', '--warmup', (value) => [{ warmup: value }]],
  ['seed', '--seed', (value) => [{ seed: value }]],
];

describe('a whole number', () => {
  it.each(NUMBERS)('%s is taken up to its bounds and refused beyond', async (name, option, field) => {
    const { least, most } = BOUNDS[name];
    const at = (value: number) => accepts([option, String(value)], ...field(value));
    expect(await at(least)).toEqual([true, true]);
    expect(await at(most)).toEqual([true, true]);
    for (const value of [least - 1, most + 1, 2 ** 32 + 1, 1e15, 1e300])
      expect([value, await at(value)]).toEqual([value, [false, false]]);
  });

  it('reaches native code unchanged, which counts in 32 bits', () => {
    const { prompt, new: generated, depth, threads } = BOUNDS;
    expect(prompt.most + generated.most + depth.most).toBeLessThan(INT32);
    expect(threads.most).toBeLessThan(INT32);
  });

  it('is bounded in a stored result, too', () => {
    const { key } = generateCase([steadyRound(100, 10)]);
    expect(caseKeySchema.safeParse(key).success).toBe(true);
    for (const threads of [0, 2 ** 32 + 1]) expect(caseKeySchema.safeParse({ ...key, threads }).success).toBe(false);
    const workload = { ...key.workload, new: 1e15 };
    expect(caseKeySchema.safeParse({ ...key, workload }).success).toBe(false);
  });
});

it('no two passes of a run draw the same prompt', () => {
  const { seed, rounds, iterations, warmup } = BOUNDS;
  // Pass 999 fills the depth.
  expect(iterations.most + warmup.most).toBeLessThan(999);
  expect(iterationSeed(seed.most, rounds.most - 1, 999)).toBeLessThan(iterationSeed(seed.most + 1, 0, 0));
  expect(Number.isSafeInteger(iterationSeed(seed.most, rounds.most, 999))).toBe(true);
});

it('the longest round ends before its timer overflows', () => {
  const suite = suiteSchema.shape.timeoutSeconds;
  const longest = [2e6, 2e6 + 1].map((seconds) => suite.safeParse(seconds).success);
  expect(longest).toEqual([true, false]);
  const sustained = workloadSchema.parse({ kind: 'sustained', prompt: [8], new: [8], seconds: BOUNDS.seconds.most });
  const [one] = workloadRow(sustained).expand(sustained);
  expect((2e6 + workloadRow(one!).seconds(one!)) * 1000).toBeLessThan(INT32);
});

describe('a limit', () => {
  it.each([
    [{ memory: `${'9'.repeat(400)}GB` }, false],
    [{ memory: '1048576GiB' }, true],
    [{ memory: '1048577GiB' }, false],
    [{ cpuQuota: 8192 }, true],
    [{ cpuQuota: 1e9 }, false],
    [{ cpus: '0-8191' }, true],
    [{ cpus: '0-99999999999' }, false],
  ])('%j is taken: %s', async (limits, expected) => {
    expect(limitSetSchema.safeParse(limits).success).toBe(expected);
    const [[name, value]] = Object.entries(limits) as [[string, unknown]];
    const option = { memory: '--memory-limit', cpuQuota: '--cpu-quota', cpus: '--cpus' }[name]!;
    expect((await accepts([option, String(value)], {}))[0]).toBe(expected);
  });

  it('is a safe number of bytes', () => {
    expect(bytesOf('1048576GiB')).toBe(2 ** 50);
  });
});
