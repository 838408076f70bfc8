// An onnxruntime-node in another folder: what is refused, and that the version comes from the library itself. The folders here
// hold the library of this installation.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CaseKey } from '../../src/contract/case-key.js';
import { runtimeVersions } from '../../src/worker/installed.js';

/** Its workers are scripts of dist/. */
const BUILT = new URL('../../dist/worker/other-onnxruntime.js', import.meta.url).href;
const { otherOnnxRuntime } = (await import(BUILT)) as typeof import('../../src/worker/other-onnxruntime.js');

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-ort-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const OWN = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const VERSION = runtimeVersions().onnxruntime!;

/** A folder as npm makes it. */
function installed(folder: string, version: string, name = 'onnxruntime-node'): string {
  const root = join(scratch, folder, 'node_modules/onnxruntime-node');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name, version }));
  symlinkSync(join(OWN, 'bin'), join(root, 'bin'));
  return join(scratch, folder);
}

describe('another onnxruntime-node', () => {
  it('answers with its own version, and runs only cases that can take it', async () => {
    const executor = await otherOnnxRuntime(installed('same', VERSION));
    expect(executor.versions()).toEqual(runtimeVersions());
    const key = (runtime: string) => ({ runtime }) as CaseKey;
    expect(() => executor.requireReady([key('onnxruntime')])).not.toThrow();
    expect(() => executor.requireReady([key('onnxruntime'), key('transformers.js')])).toThrow(
      'transformers.js loads its own engine, not this library',
    );
  });

  it('is refused where the library is not of the version that the package says', async () => {
    const folder = installed('mislabelled', '1.2.3-dev.1');
    await expect(otherOnnxRuntime(folder)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(
        /^--vs onnxruntime=.*mislabelled: onnxruntime-node 1.2.3-dev.1 cannot be used: .* is version 1\.\d+\.\d+, its package says 1.2.3-dev.1/,
      ),
    });
  });

  it('is refused where there is none', async () => {
    const none = expect.objectContaining({
      message: expect.stringContaining('onnxruntime-node is not installed there'),
    });
    await expect(otherOnnxRuntime(scratch)).rejects.toMatchObject(none);
    await expect(otherOnnxRuntime(installed('another', VERSION, 'left-pad'))).rejects.toMatchObject(none);
  });
});
