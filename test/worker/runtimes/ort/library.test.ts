// The C API: what it says when it fails, and that the library outlives a garbage collection.
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { loadOrtLibrary } from '../../../../src/worker/runtimes/ort/library.js';

const BUILT = new URL('../../../../dist/worker/runtimes/ort/library.js', import.meta.url);

it('fails in the words of ONNX Runtime', () => {
  const library = loadOrtLibrary();
  const environment = library.create('createEnv', 3, 'test');
  const options = library.create('createSessionOptions');
  const open = () => library.create('createSession', environment, '/nowhere/model.onnx', options);
  expect(open).toThrow(expect.objectContaining({ code: 'runtime-failed' }));
  expect(open).toThrow(/nowhere\/model\.onnx/);
});

it('is one library however often it is loaded', () => {
  expect(loadOrtLibrary()).toBe(loadOrtLibrary());
});

it('stays in the process when garbage is collected', () => {
  // In a process of its own: a library that is unloaded under its functions ends it with a segmentation fault.
  const script = `
    const library = (await import(${JSON.stringify(BUILT.href)})).loadOrtLibrary();
    for (let i = 0; i < 3; i++) {
      gc();
      // Native handles are given back between two turns of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log(typeof library.create('createSessionOptions'));`;
  const out = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(out.trim()).toBe('bigint');
});
