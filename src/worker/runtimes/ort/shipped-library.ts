// The shared library that onnxruntime-node ships: its path, and which config keys it knows; that of another folder where a
// job says so. Nothing is loaded here.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** An installed onnxruntime-node: its folder, and the version in its package.json. */
export interface OrtPackage {
  root: string;
  version: string;
}

let chosen: OrtPackage | undefined;

/** Whatever this process loads from here on is of this package instead of the one beside edgeproof. */
export function chooseOrtPackage(wanted: OrtPackage): void {
  chosen = wanted;
}

/** What this process loads; `version` is null where nobody said what it must be. */
export function ortLibrary(): { path: string; version: string | null } {
  return { path: ortLibraryPath(chosen?.root), version: chosen?.version ?? null };
}

function ownRoot(): string {
  return dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
}

export function ortLibraryPath(root = ownRoot()): string {
  const bin = join(root, 'bin');
  // napi-v6; napi-v3 up to 1.21.
  const binding = readdirSync(bin).find((name) => /^napi-v\d+$/.test(name));
  if (binding === undefined) throw new Error(`there is no library in ${bin}`);
  return libraryIn(join(bin, binding, process.platform, process.arch));
}

/** libonnxruntime.so.1, libonnxruntime.1.x.y.dylib or onnxruntime.dll, but not the libraries of providers beside it. */
export function libraryIn(directory: string): string {
  const name = readdirSync(directory).find((entry) =>
    /^(lib)?onnxruntime(\.dll|\.so\.\d+|\.[\d.]+\.dylib)$/.test(entry),
  );
  if (name === undefined) throw new Error(`there is no library in ${directory}`);
  return join(directory, name);
}

/**
 * The keys that the library does not contain. ONNX Runtime accepts any key and ignores unknown ones, so a misspelt key would be
 * measured as if it had an effect. Keys of providers (`ep.…`) are composed at run time and cannot be searched for.
 */
export function unknownConfigKeys(keys: string[], path = ortLibraryPath()): string[] {
  const sought = keys.filter((key) => !key.startsWith('ep.'));
  if (sought.length === 0) return [];
  const library = readFileSync(path);
  // Searches for a whole C string, because a part of a longer one is another key.
  return sought.filter((key) => !library.includes(`\0${key}\0`));
}
