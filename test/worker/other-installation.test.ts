// Another installation of edgeproof: found in a folder or beside its package, or refused with the reason.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { CaseKey } from '../../src/contract/case-key.js';
import { otherInstallation } from '../../src/worker/other-installation.js';

const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-other-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const COMPLETE = {
  'package.json': '{ "name": "edgeproof", "version": "0.0.9", "type": "module" }',
  'dist/worker/child.js': '',
  'dist/worker/protocol.js': 'export const MESSAGE_FD = 3;',
  'dist/worker/installed.js': `export const runtimeVersions = () => ({ node: '20', v8: '1', onnxruntime: '1.2.3' });`,
  'dist/run/provenance.js': `export const describeTool = () => ({ version: '0.0.9', commit: null, dirty: null });`,
};

function folderOf(name: string, files: Record<string, string>): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

it('tells its own version and those of its runtimes', async () => {
  const { executor, tool } = await otherInstallation(folderOf('package', COMPLETE));
  expect([tool.version, executor.versions().onnxruntime]).toEqual(['0.0.9', '1.2.3']);
  const files = Object.entries(COMPLETE).map(([path, text]) => [`node_modules/edgeproof/${path}`, text]);
  const project = folderOf('project', { 'package.json': '{ "name": "mine" }', ...Object.fromEntries(files) });
  expect((await otherInstallation(project)).tool.version).toBe('0.0.9');
  expect(() => executor.requireReady([{ runtime: 'llama.cpp' } as CaseKey])).toThrow(
    'llama.cpp is not installed there',
  );
  expect(() => executor.requireReady([{ runtime: 'onnxruntime' } as CaseKey])).not.toThrow();
});

it.each([
  ['empty', {}, 'edgeproof is not installed there'],
  ['unbuilt', { 'package.json': COMPLETE['package.json'] }, 'it is not built'],
  ['foreign', { ...COMPLETE, 'package.json': '{ "name": "other" }' }, 'edgeproof is not installed there'],
  [
    'newer',
    { ...COMPLETE, 'dist/worker/protocol.js': 'export const PROTOCOL_VERSION = 99;' },
    'its workers speak protocol 99, this edgeproof speaks 1',
  ],
  ['broken', { ...COMPLETE, 'dist/run/provenance.js': 'export const;' }, 'its modules cannot be loaded'],
])('refuses a folder that is %s', async (name, files, reason) => {
  await expect(otherInstallation(folderOf(name, files))).rejects.toMatchObject({
    code: 'input-invalid',
    message: expect.stringContaining(reason),
  });
});
