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

/** Beside edgeproof, else where `installCommand` puts it; null where it is in neither place. */
export function findLlamaCpp(): LlamaCpp | null {
  const root = besideEdgeproof() ?? join(ownDirectory(), 'node_modules', 'node-llama-cpp');
  if (!existsSync(join(root, 'package.json'))) return null;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const { tag } = JSON.parse(readFileSync(join(root, 'llama', 'llama.cpp.info.json'), 'utf8')) as { tag: string };
  return { url: pathToFileURL(join(root, 'dist', 'index.js')).href, version: `${version} (llama.cpp ${tag})` };
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
