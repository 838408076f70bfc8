// Pins: models.json holds the commit and the hashes of real weights, and other bytes are refused.
import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { sep } from 'node:path';
import { applyEdits, findNodeAtLocation, parseTree } from 'jsonc-parser';
import { partialPath } from '../contract/directory.js';
import { readJsonFile } from '../contract/json-file.js';
import type { RealManifest } from '../contract/manifest.js';
import type { Checkpoint } from './checkpoint.js';
import { loadRegistry, type Model, PINS, type Pin, pinsSchema, REGISTRY } from './registry.js';

type PinState = { state: 'pinned' | 'not pinned' } | { state: 'differs'; fault: string };

/** Whether a real checkpoint has the bytes that its model's pin records. */
export function pinState(manifest: RealManifest, pin: Pin | undefined): PinState {
  if (manifest.tuned !== undefined || pin === undefined || manifest.source.revision !== pin.revision)
    return { state: 'not pinned' };
  const pinned = new Map(pin.files.map((file) => [file.path, file]));
  for (const { path, bytes, sha256 } of manifest.files) {
    const expected = pinned.get(path);
    if (expected === undefined) return { state: 'not pinned' };
    if (expected.bytes !== bytes)
      return { state: 'differs', fault: `${path} has ${bytes} bytes, pinned ${expected.bytes}` };
    if (expected.sha256 !== sha256)
      return { state: 'differs', fault: `the SHA-256 of ${path} is ${sha256}, pinned ${expected.sha256}` };
  }
  return { state: 'pinned' };
}

/** The pin of a repository, whichever name the model was given by. */
export function pinOf(repo: string | null, registry: Model[]): Pin | undefined {
  return registry.find((model) => repo !== null && model.hub === repo)?.pin;
}

/** A pin of these checkpoints of one commit, and of what an older pin of the same commit already covers. */
export function pinFor(checkpoints: Checkpoint<RealManifest>[], revision: string, old: Pin | undefined): Pin {
  const files = new Map((old?.revision === revision ? old.files : []).map((file) => [file.path, file]));
  for (const { manifest } of checkpoints) {
    for (const { path, bytes, sha256 } of manifest.files) files.set(path, { path, bytes, sha256 });
  }
  return { revision, files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** The file that a pin goes into: an installed package is not the user's to change. */
export function pinFile(registry: string = REGISTRY): string {
  return registry.split(sep).includes('node_modules') ? PINS : registry;
}

/** Writes `pin` into a file of pins, which is made where there is none. */
export function writeOwnPin(path: string, id: string, pin: Pin): void {
  const found = existsSync(path) ? readJsonFile(path, pinsSchema) : { pins: {} };
  replaceFile(path, `${JSON.stringify({ ...found, pins: { ...found.pins, [id]: pin } }, null, 2)}\n`);
}

/** Writes `pin` into the registry file and keeps every other byte of it. */
export function writePin(registryPath: string, id: string, pin: Pin): void {
  const index = loadRegistry(registryPath).findIndex((model) => model.id === id);
  const text = readFileSync(registryPath, 'utf8');
  replaceFile(registryPath, withPin(text, index, pin), loadRegistry);
}

/** If it is a link, the link stays and the file behind it is replaced. `check` is given the new file before. */
function replaceFile(path: string, content: string, check: (path: string) => void = () => {}): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const partial = partialPath(target);
  writeFileSync(partial, content);
  check(partial);
  renameSync(partial, target);
}

/**
 * The registry's text with the pin of its `index`-th model replaced, or inserted before `config`. jsonc-parser's modify()
 * would also reformat the neighbours that share a line with the pin.
 */
export function withPin(text: string, index: number, pin: Pin): string {
  const root = parseTree(text)!;
  const member = (name: string) => findNodeAtLocation(root, ['models', index, name])?.parent;
  const [old, config] = [member('pin'), member('config')!];
  const { offset, length } = old ?? { offset: config.offset, length: 0 };
  const newLine = `${text.includes('\r\n') ? '\r\n' : '\n'}${/[ \t]*$/.exec(text.slice(0, offset))![0]}`;
  const content = `"pin": ${JSON.stringify(pin, null, 2).replaceAll('\n', newLine)}`;
  return applyEdits(text, [{ offset, length, content: old === undefined ? `${content},${newLine}` : content }]);
}
