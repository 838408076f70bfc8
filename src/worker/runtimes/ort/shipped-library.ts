// The shared library that onnxruntime-node ships: its path, and which config keys it knows. Nothing is loaded here.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export function ortLibraryPath(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return libraryIn(join(root, 'bin', 'napi-v6', process.platform, process.arch));
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
