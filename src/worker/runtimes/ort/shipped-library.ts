// The shared library that onnxruntime-node ships: where it lies, and which config keys it knows. Nothing is loaded here.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export function ortLibraryPath(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return libraryIn(join(root, 'bin', 'napi-v6', process.platform, process.arch));
}

/** libonnxruntime.so.1, libonnxruntime.1.x.y.dylib or onnxruntime.dll, not the libraries of providers beside it. */
export function libraryIn(directory: string): string {
  const name = readdirSync(directory).find((entry) =>
    /^(lib)?onnxruntime(\.dll|\.so\.\d+|\.[\d.]+\.dylib)$/.test(entry),
  );
  if (name === undefined) throw new Error(`there is no library in ${directory}`);
  return join(directory, name);
}

/**
 * Those of `keys` that the library does not contain. ONNX Runtime takes any key and ignores what it does not know, so that
 * a misspelt one would be measured as if it had done something. Keys of providers (`ep.…`) are put together when it runs
 * and cannot be looked for.
 */
export function unknownConfigKeys(keys: string[], path = ortLibraryPath()): string[] {
  const sought = keys.filter((key) => !key.startsWith('ep.'));
  if (sought.length === 0) return [];
  const library = readFileSync(path);
  // A whole C string: what stands in a longer one is another key.
  return sought.filter((key) => !library.includes(`\0${key}\0`));
}
