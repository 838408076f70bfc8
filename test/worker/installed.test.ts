// Where the optional package is looked for, and the command that puts it there.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findLlamaCpp, installCommand, LLAMA_CPP_PACKAGE } from '../../src/worker/installed.js';
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

const packageFile = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('node-llama-cpp', () => {
  it('is an optional peer of the version that edgeproof is made for, and no dependency', () => {
    expect(packageFile.peerDependencies).toEqual({ 'node-llama-cpp': LLAMA_CPP_PACKAGE });
    expect(packageFile.peerDependenciesMeta).toEqual({ 'node-llama-cpp': { optional: true } });
    expect({ ...packageFile.dependencies, ...packageFile.optionalDependencies }).not.toHaveProperty('node-llama-cpp');
  });

  it.skipIf(besideEdgeproof)('is found where the command puts it, and nowhere before', () => {
    expect(findLlamaCpp()).toBeNull();
    const root = join(cache, 'node-llama-cpp', 'node_modules', 'node-llama-cpp');
    mkdirSync(join(root, 'llama'), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{ "version": "3.0.0" }');
    expect(findLlamaCpp(), 'another release').toBeNull();
    writeFileSync(join(root, 'package.json'), '{ "version": "3.22.1" }');
    writeFileSync(join(root, 'llama', 'llama.cpp.info.json'), '{ "tag": "v0.5.0" }');
    expect(findLlamaCpp()).toMatchObject({ version: '3.22.1 (llama.cpp v0.5.0)' });
    expect(findLlamaCpp()!.url).toMatch(/^file:.*\/dist\/index\.js$/);
    expect(installCommand()).toContain(`--prefix "${join(cache, 'node-llama-cpp')}"`);
  });

  it.each([
    ['linux', 'x64', 'linux-x64'],
    ['linux', 'arm64', 'linux-arm64'],
    ['darwin', 'arm64', 'mac-arm64-metal'],
    ['darwin', 'x64', 'mac-x64'],
    ['win32', 'x64', 'win-x64'],
    ['win32', 'arm64', 'win-arm64'],
  ] as const)('comes on %s %s with the one build of %s', (platform, arch, build) => {
    const command = installCommand(platform, arch);
    expect(command).toMatch(/^npm install .* --omit=optional /);
    expect(command).toContain(`node-llama-cpp@${LLAMA_CPP_PACKAGE} @node-llama-cpp/${build}@${LLAMA_CPP_PACKAGE}`);
  });
});
