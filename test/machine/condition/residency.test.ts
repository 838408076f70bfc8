// The page cache: fincore's answer as we parse it, and files that were just written.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFincore, readResidency } from '../../../src/machine/condition/residency.js';

describe('parseFincore', () => {
  it('sums the files, and no more than their size', () => {
    expect(parseFincore('4096 1000\n0 3000000\n')).toEqual({ residentBytes: 1000, bytes: 3_001_000 });
    expect(parseFincore(' 8192  16384\n')).toEqual({ residentBytes: 8192, bytes: 16_384 });
  });

  it.each(['', 'RES SIZE\n', 'fincore: failed'])('is null for %j', (text) => {
    expect(parseFincore(text)).toBeNull();
  });
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-residency-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const hasFincore = process.platform === 'linux' && spawnSync('fincore', ['--version']).status === 0;

describe.runIf(hasFincore)('readResidency', () => {
  it('counts the graph and its data files, through links, and nothing else', () => {
    for (const name of ['model_q4.onnx', 'model_q4.onnx_data', 'model_q4.onnx_data_1', 'model.onnx', 'config.json'])
      writeFileSync(join(folder, name), Buffer.alloc(100_000, name));
    symlinkSync(join(folder, 'model_q4.onnx_data'), join(folder, 'model_q4.onnx_data_2'));
    // Just written: all of it is still in memory.
    expect(readResidency(join(folder, 'model_q4.onnx'))).toEqual({ residentBytes: 400_000, bytes: 400_000 });
  });
});

it('says why it does not know', () => {
  expect(readResidency(join(folder, 'nowhere', 'model.onnx'))).toBe('the files of the weights are not there');
});
