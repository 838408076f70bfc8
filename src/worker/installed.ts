// The packages of the runtimes on this machine: where each one is, its version, and how to get an optional one. Reads
// package.json files only; no runtime is loaded. Optional packages are not dependencies, because npm would fetch all
// their GPU builds along with them.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type OptionalPackage,
  type OwnRuntime,
  RUNTIME_NAMES,
  RUNTIMES,
  type RuntimeName,
  type Versions,
} from '../contract/runtimes.js';
import { cacheDirectory } from '../models/cache.js';
import type { MissingRuntime } from './executor.js';

export interface InstalledPackage {
  root: string;
  /** For an optional package with the version of the engine in it: `3.22.1 (llama.cpp v0.5.0)`. */
  version: string;
}

/** Beside edgeproof, or where `installCommand` puts it; null where neither has it in the release that is needed. */
export function findPackage(runtime: RuntimeName): InstalledPackage | null {
  const { package: name, optional } = RUNTIMES[runtime];
  const beside = besideEdgeproof(name);
  if (optional === null) return beside;
  const inCache = packageAt(join(ownDirectory(name), 'node_modules', name));
  const found = [beside, inCache].find((candidate) => candidate?.version === optional.release);
  return found == null
    ? null
    : { root: found.root, version: `${found.version} (${engineVersion(found.root, optional)})` };
}

/** One command for any way in which edgeproof was installed: the package and its build for this machine, in the cache. */
export function installCommand(runtime: RuntimeName, platform = process.platform, arch = process.arch): string {
  const { package: name, optional } = RUNTIMES[runtime];
  if (optional === null) return `npm install ${name}`;
  const { release, builds } = optional;
  const build = builds.names[`${platform}-${arch}`] ?? `${platform}-${arch}`;
  const packages = [`${name}@${release}`, `${builds.scope}/${build}@${release}`];
  return `npm install --prefix "${ownDirectory(name)}" --omit=optional --ignore-scripts ${packages.join(' ')}`;
}

/** Optional runtimes that are not installed, each with the command that installs it. */
export function missingRuntimes(): MissingRuntime[] {
  return RUNTIME_NAMES.filter((name) => RUNTIMES[name].optional !== null && findPackage(name) === null).map(
    (runtime) => ({ runtime, command: installCommand(runtime) }),
  );
}

export function runtimeVersions(): Versions {
  const versions = RUNTIME_NAMES.map((name) => [name, findPackage(name)?.version ?? null] as const);
  const { node, v8 } = process.versions;
  return { node, v8, ...(Object.fromEntries(versions) as Record<OwnRuntime, string | null>) };
}

function besideEdgeproof(name: string): InstalledPackage | null {
  let at: string;
  try {
    at = dirname(fileURLToPath(import.meta.resolve(name)));
  } catch {
    return null;
  }
  // Some packages have a package.json without a version beside their modules.
  for (; ; at = dirname(at)) {
    const found = packageAt(at);
    if (found !== null || at === dirname(at)) return found;
  }
}

function packageAt(root: string): InstalledPackage | null {
  const path = join(root, 'package.json');
  if (!existsSync(path)) return null;
  const { version } = readJson<{ version?: string }>(path);
  return version === undefined ? null : { root, version };
}

function engineVersion(root: string, { engine }: OptionalPackage): string {
  return `${engine.name} ${readJson<Record<string, string>>(join(root, engine.file))[engine.field]}`;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function ownDirectory(name: string): string {
  return join(cacheDirectory(), name);
}
