// Where the optional package is looked for, and the command that puts it there.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RUNTIMES } from '../../src/contract/runtimes.js';
import { findPackage, installCommand, missingRuntimes, runtimeVersions } from '../../src/worker/installed.js';
import { besideEdgeproof } from '../fixtures/llama-cpp.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-llama-'));
  vi.stubEnv('EDGEPROOF_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const RELEASE = RUNTIMES['llama.cpp'].optional!.release;
const packageFile = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('node-llama-cpp', () => {
  it('is an optional peer of the version that edgeproof is made for, and no dependency', () => {
    expect(packageFile.peerDependencies).toEqual({ 'node-llama-cpp': RELEASE });
    expect(packageFile.peerDependenciesMeta).toEqual({ 'node-llama-cpp': { optional: true } });
    expect({ ...packageFile.dependencies, ...packageFile.optionalDependencies }).not.toHaveProperty('node-llama-cpp');
  });

  it.skipIf(besideEdgeproof)('is found where the command puts it, and nowhere before', () => {
    expect(findPackage('llama.cpp')).toBeNull();
    const root = join(cache, 'node-llama-cpp', 'node_modules', 'node-llama-cpp');
    mkdirSync(join(root, 'llama'), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{ "version": "3.0.0" }');
    expect(findPackage('llama.cpp'), 'another release').toBeNull();
    writeFileSync(join(root, 'package.json'), '{ "version": "3.22.1" }');
    writeFileSync(join(root, 'llama', 'llama.cpp.info.json'), '{ "tag": "v0.5.0" }');
    expect(findPackage('llama.cpp')).toMatchObject({ version: '3.22.1 (llama.cpp v0.5.0)' });
    expect(findPackage('llama.cpp')!.root).toBe(root);
    expect(installCommand('llama.cpp')).toContain(`--prefix "${join(cache, 'node-llama-cpp')}"`);
  });

  it.each([
    ['linux', 'x64', 'linux-x64'],
    ['linux', 'arm64', 'linux-arm64'],
    ['darwin', 'arm64', 'mac-arm64-metal'],
    ['darwin', 'x64', 'mac-x64'],
    ['win32', 'x64', 'win-x64'],
    ['win32', 'arm64', 'win-arm64'],
  ] as const)('comes on %s %s with the one build of %s', (platform, arch, build) => {
    const command = installCommand('llama.cpp', platform, arch);
    expect(command).toMatch(/^npm install .* --omit=optional /);
    expect(command).toContain(`node-llama-cpp@${RELEASE} @node-llama-cpp/${build}@${RELEASE}`);
  });
});

describe('the runtimes of this machine', () => {
  it('have the versions that package-lock.json pins', () => {
    const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
    expect(runtimeVersions()).toMatchObject({
      node: process.versions.node,
      onnxruntime: lock.packages['node_modules/onnxruntime-node'].version,
      'transformers.js': lock.packages['node_modules/@huggingface/transformers'].version,
    });
  });

  it.skipIf(besideEdgeproof)('name an optional one that is missing, with the command that gets it', () => {
    expect(missingRuntimes()).toEqual([{ runtime: 'llama.cpp', command: installCommand('llama.cpp') }]);
    expect(runtimeVersions()['llama.cpp']).toBeNull();
  });
});
