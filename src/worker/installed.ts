// The optional package node-llama-cpp on this machine: where it is, which llama.cpp it brings, and how to get it.
// It is not a dependency, because npm would fetch its CUDA and Vulkan builds along with it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheDirectory } from '../models/cache.js';

/** The release that edgeproof is made for and tested with; also the peer dependency of package.json. */
export const LLAMA_CPP_PACKAGE = '3.22.1';

export interface LlamaCpp {
  /** What to import. */
  url: string;
  /** Of the package and of the llama.cpp in it: `3.22.1 (llama.cpp v0.5.0)`. */
  version: string;
}

/** Beside edgeproof, else where `installCommand` puts it; null where no package of this release is in either place. */
export function findLlamaCpp(): LlamaCpp | null {
  const places = [besideEdgeproof(), join(ownDirectory(), 'node_modules', 'node-llama-cpp')];
  const root = places.find((place) => place !== null && releaseAt(place) === LLAMA_CPP_PACKAGE);
  if (root == null) return null;
  const { tag } = readJson<{ tag: string }>(join(root, 'llama', 'llama.cpp.info.json'));
  const url = pathToFileURL(join(root, 'dist', 'index.js')).href;
  return { url, version: `${LLAMA_CPP_PACKAGE} (llama.cpp ${tag})` };
}

function releaseAt(root: string): string | null {
  const path = join(root, 'package.json');
  return existsSync(path) ? readJson<{ version: string }>(path).version : null;
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function besideEdgeproof(): string | null {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve('node-llama-cpp'))));
  } catch {
    return null;
  }
}

function ownDirectory(): string {
  return join(cacheDirectory(), 'node-llama-cpp');
}

/** One command for any way in which edgeproof was installed: the package and its CPU build alone, in the cache. */
export function installCommand(platform = process.platform, arch = process.arch): string {
  const builds: Record<string, string> = { 'darwin-arm64': 'mac-arm64-metal', 'darwin-x64': 'mac-x64' };
  const build = builds[`${platform}-${arch}`] ?? `${platform === 'win32' ? 'win' : platform}-${arch}`;
  const packages = ['node-llama-cpp', `@node-llama-cpp/${build}`].map((name) => `${name}@${LLAMA_CPP_PACKAGE}`);
  return `npm install --prefix "${ownDirectory()}" --omit=optional --ignore-scripts ${packages.join(' ')}`;
}
