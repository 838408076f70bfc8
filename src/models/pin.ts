// Pins: models.json holds the commit and the hashes of real weights; bytes that differ from them are refused.
import { readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import type { RealManifest } from '../contract/manifest.js';
import type { Checkpoint } from './checkpoint.js';
import { memberSpans } from './json-spans.js';
import { loadRegistry, type Model, type Pin } from './registry.js';

export type PinState = { state: 'pinned' | 'not pinned' } | { state: 'differs'; fault: string };

/** How a real checkpoint stands to the pin of its model. */
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

/** The pin of a repository, whichever name a model was called by. */
export function pinOf(repo: string | null, registry: Model[]): Pin | undefined {
  return registry.find((model) => repo !== null && model.hub === repo)?.pin;
}

/** The pin that covers these checkpoints of one commit, and what an older pin of that commit has beside them. */
export function pinFor(checkpoints: Checkpoint<RealManifest>[], revision: string, old: Pin | undefined): Pin {
  const files = new Map((old?.revision === revision ? old.files : []).map((file) => [file.path, file]));
  for (const { manifest } of checkpoints) {
    for (const { path, bytes, sha256 } of manifest.files) files.set(path, { path, bytes, sha256 });
  }
  return { revision, files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Writes `pin` into the registry file; every other byte of it stays as it is. */
export function writePin(registryPath: string, id: string, pin: Pin): void {
  const index = loadRegistry(registryPath).findIndex((model) => model.id === id);
  const text = readFileSync(registryPath, 'utf8');
  const edited = withPin(text, index, pin);
  // Where it is a link, the link stays and the file it leads to is replaced.
  const target = realpathSync(registryPath);
  const partial = `${target}.partial-${process.pid}`;
  writeFileSync(partial, edited);
  loadRegistry(partial);
  renameSync(partial, target);
}

/** The registry's text with the pin of its `index`-th model replaced, or put before `config`. */
export function withPin(text: string, index: number, pin: Pin): string {
  const members = memberSpans(text, ['models', index]);
  const anchor = members.find(({ name }) => name === 'pin') ?? members.find(({ name }) => name === 'config')!;
  const indent = /[ \t]*$/.exec(text.slice(0, anchor.nameStart))![0];
  const value = JSON.stringify(pin, null, 2).replaceAll('\n', `\n${indent}`);
  if (anchor.name === 'pin') return text.slice(0, anchor.valueStart) + value + text.slice(anchor.valueEnd);
  return `${text.slice(0, anchor.nameStart)}"pin": ${value},\n${indent}${text.slice(anchor.nameStart)}`;
}
