// The library of ONNX Runtime on this disk: found for every platform, and read for the config keys that it knows.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { libraryIn, unknownConfigKeys } from '../../../../src/worker/runtimes/ort/shipped-library.js';

it.each([
  { platform: 'linux/x64', name: 'libonnxruntime.so.1' },
  { platform: 'linux/arm64', name: 'libonnxruntime.so.1' },
  { platform: 'darwin/arm64', name: expect.stringMatching(/^libonnxruntime\.[\d.]+\.dylib$/) },
  { platform: 'win32/x64', name: 'onnxruntime.dll' },
  { platform: 'win32/arm64', name: 'onnxruntime.dll' },
])('is found in the package for $platform', ({ platform, name }) => {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const path = libraryIn(join(root, 'bin', 'napi-v6', platform));
  expect(basename(path)).toEqual(name);
  const known = ['session.dynamic_block_base', 'session.set_denormal_as_zero', 'mlas.use_lut_gemm'];
  expect(unknownConfigKeys([...known, 'session.dynamic_block_bas'], path)).toEqual(['session.dynamic_block_bas']);
});

it('a key is a whole string, and those of providers are not looked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edgeproof-library-'));
  const path = join(folder, 'library');
  writeFileSync(path, 'x\0session.intra_op.allow\0y');
  const keys = ['session.intra_op.allow', 'session.intra_op', 'intra_op.allow', 'ep.webgpuexecutionprovider.any'];
  expect(unknownConfigKeys(keys, path)).toEqual(['session.intra_op', 'intra_op.allow']);
  expect(unknownConfigKeys([], '/nowhere')).toEqual([]);
  rmSync(folder, { recursive: true });
});
