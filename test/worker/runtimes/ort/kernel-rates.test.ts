// Ceilings measured by the real worker: the size of the bandwidth against a program in C, every kernel, every unknown with
// its reason, and a file read from where it is stored. No assertion knows how fast or how quiet this machine is.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { PRODUCT_PROBES, READ_PROBE } from '../../../../src/contract/ceilings.js';
import { ARITHMETICS } from '../../../../src/contract/work.js';
import { PRODUCT_KERNELS } from '../../../../src/machine/ceilings/kernels.js';
import { askKernelRates, askStorageRate } from '../../../../src/worker/ask.js';
import { whyNoWebGpu } from '../../../fixtures/vulkan.js';

const ENTRY = fileURLToPath(new URL('../../../../dist/worker/answer.js', import.meta.url));
const SOURCE = fileURLToPath(new URL('../../../reference/read-bandwidth.c', import.meta.url));
const OPTIONS = { timeoutSeconds: 60, entry: ENTRY };
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-ceilings-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The program, or null where there is no C compiler. */
function compiled(): string | null {
  const program = join(scratch, 'read-bandwidth');
  try {
    execFileSync('cc', ['-O3', '-march=native', '-ffast-math', '-pthread', SOURCE, '-o', program], { stdio: 'ignore' });
    return program;
  } catch {
    return null;
  }
}

const program = compiled();
const WORKING_SET = 2 ** 29;
const PASSES = 8;
/** A wrong count of bytes is off by a factor of two at least, and a cache is several times faster than memory. */
const SAME = 1.5;
/** Passes of both are taken in turn, since a neighbour on the bus slows now one, now the other. `npm run ceilings-check` is exact. */
const MOST_TURNS = 20;

describe('read bandwidth', () => {
  it.skipIf(program === null)('is of the size that a program in C reaches in the same minute', async () => {
    let [ours, theirs] = [0, 0];
    const apart = () => Math.max(ours / theirs, theirs / ours);
    for (let turn = 0; turn < MOST_TURNS && !(apart() <= SAME); turn++) {
      const question = { ep: 'cpu' as const, threads: 1, workingSets: [WORKING_SET], arithmetics: [] };
      const [found] = await askKernelRates(question, OPTIONS);
      expect(found).toMatchObject({ kind: 'read-bandwidth', unit: 'bytes/s', workingSetBytes: WORKING_SET });
      ours = Math.max(ours, found!.value!);
      const printed = execFileSync(program!, [WORKING_SET, 1, PASSES].map(String), { encoding: 'utf8' });
      theirs = Math.max(theirs, Number(printed));
    }
    expect(apart(), `ONNX Runtime ${ours}, C ${theirs}`).toBeLessThanOrEqual(SAME);
  });
});

it('read bandwidth is measured by ONNX Runtime and without it, over the same memory', async () => {
  const question = { ep: 'cpu' as const, threads: 2, workingSets: [2 ** 22, 2 ** 23], arithmetics: [] };
  const found = await askKernelRates(question, OPTIONS);
  expect(found.map(({ operator, workingSetBytes }) => [operator, workingSetBytes])).toEqual(
    ['MatMul', READ_PROBE].flatMap((operator) => question.workingSets.map((bytes) => [operator, bytes])),
  );
  for (const { value } of found) expect(value).toBeGreaterThan(0);
});

describe('matrix products', () => {
  it('are measured by every kernel, each rate with its spread and what was run', async () => {
    const found = await askKernelRates(
      { ep: 'cpu', threads: 1, workingSets: [], arithmetics: [...ARITHMETICS] },
      OPTIONS,
    );
    const probes = Object.entries(PRODUCT_PROBES).map(([arithmetic, operator]) => ({ operator, arithmetic }));
    expect(found.map(({ kind, operator }) => `${operator} ${kind}`)).toEqual(
      [...PRODUCT_KERNELS, ...probes].map(({ operator, arithmetic }) => `${operator} matmul-${arithmetic}`),
    );
    for (const { value, low, high, method, unit } of found.slice(0, PRODUCT_KERNELS.length)) {
      expect(unit).toBe('operations/s');
      expect(low!).toBeGreaterThan(0);
      expect(value!).toBeGreaterThanOrEqual(low!);
      expect(high!).toBeGreaterThan(value!);
      expect(method).toMatch(/\[256, 2048\] × \[2048, 2048\], \d+ passes$/);
    }
  });

  it('fail with what to do where the execution provider does not work', async () => {
    if (process.platform !== 'linux') return;
    const question = { ep: 'dml' as const, threads: 1, workingSets: [], arithmetics: [] };
    await expect(askKernelRates(question, OPTIONS)).rejects.toMatchObject({ code: 'ep-unavailable' });
  });
});

const noWebGpu = whyNoWebGpu();
describe.skipIf(noWebGpu !== null)(`WebGPU${noWebGpu === null ? '' : ` (skipped: ${noWebGpu})`}`, () => {
  it('reads and multiplies in memory of the GPU; what it cannot do is null with the reason', async () => {
    const found = await askKernelRates(
      { ep: 'webgpu', threads: 1, workingSets: [2 ** 22], arithmetics: ['int8'] },
      OPTIONS,
    );
    const known = found.filter(({ value }) => value !== null);
    expect(new Set(known.map(({ kind }) => kind))).toEqual(new Set(['read-bandwidth', 'matmul-int8']));
    // ONNX Runtime has no MatMulInteger for it, and the CPU must not step in.
    expect(found.find(({ operator }) => operator === 'MatMulInteger')).toMatchObject({
      value: null,
      method: expect.stringMatching(/^not measured: .*CPU EP/),
    });
  });
});

describe('storage', () => {
  const file = join(scratch, 'file');
  const read = (path: string) => askStorageRate(path, OPTIONS);

  it.runIf(process.platform === 'linux')('is read once the pages are gone, or not at all', async () => {
    writeFileSync(file, Buffer.alloc(20_000_001, 7));
    const found = await read(file);
    // A file system in memory keeps its pages; then the reason stands in.
    if (found.value === null) expect(found.method).toMatch(/^not measured: .*(stayed in memory|does not tell)/);
    else {
      expect(found).toMatchObject({ kind: 'storage-read', ep: null, workingSetBytes: 20_000_001 });
      expect(found.high!).toBeGreaterThan(found.value);
    }
  });

  it.runIf(existsSync('/dev/shm'))('is not known of a file that cannot leave memory', async () => {
    const held = `/dev/shm/edgeproof-test-${process.pid}`;
    try {
      writeFileSync(held, Buffer.alloc(1_000_000, 7));
      expect(await read(held)).toMatchObject({ value: null, method: expect.stringContaining('stayed in memory') });
    } finally {
      rmSync(held, { force: true });
    }
  });

  it('is not known of a file that is not there, or is empty', async () => {
    expect(await read(join(scratch, 'nosuch'))).toMatchObject({
      value: null,
      method: expect.stringContaining('ENOENT'),
    });
    writeFileSync(file, '');
    expect(await read(file)).toMatchObject({ value: null, method: expect.stringMatching(/^not measured: /) });
  });
});
