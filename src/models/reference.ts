// Model references, as `-m` and the `models` of a suite have them: an id of models.json, a hub id, a folder, an .onnx
// or .gguf file, or a config.json.
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { nearest } from '../contract/nearest.js';
import { refuseSpecial, statOf } from '../contract/regular-file.js';
import { problem } from '../errors.js';
import { isRepo } from './real.js';
import { loadRegistry, type Model } from './registry.js';

export type ModelReference =
  | { kind: 'registry'; model: Model; revision: string | null }
  | { kind: 'hub'; repo: string; revision: string }
  | { kind: 'folder' | 'onnx' | 'gguf' | 'config'; path: string };

export const DEFAULT_REVISION = 'main';

/**
 * In this order: a path where `text` starts with `.`, `/` or `~` or ends in `.onnx`, `.gguf` or `.json`; an id of
 * models.json; a path that exists; a hub id (`org/name`). `@revision` may follow ids. Throws model-unknown with similar
 * ids, or input-invalid.
 */
export function resolveReference(text: string, registry: Model[] = loadRegistry()): ModelReference {
  if (/^(?:[./~]|[A-Za-z]:[\\/])/.test(text) || /\.(?:onnx|gguf|json)$/.test(text)) return pathOf(text);
  const [name, revision] = splitRevision(text);
  const model = registry.find((known) => known.id === name);
  if (model !== undefined) return { kind: 'registry', model, revision };
  if (existsSync(text)) return pathOf(text);
  if (isRepo(name)) return { kind: 'hub', repo: name, revision: revision ?? DEFAULT_REVISION };
  if (text.includes('/')) {
    throw problem('input-invalid', {
      what: `"${text}" is neither a hub id nor a path that exists`,
      expected: 'org/name, org/name@revision, ./folder, file.onnx, file.gguf or config.json',
    });
  }
  throw problem('model-unknown', {
    name: text,
    known: nearest(
      text,
      registry.map(({ id }) => id),
    ),
  });
}

function splitRevision(text: string): [string, string | null] {
  const at = text.indexOf('@');
  if (at <= 0) return [text, null];
  const revision = text.slice(at + 1);
  const valid = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/.test(revision) && !revision.includes('..');
  if (valid && revision.length <= 200) return [text.slice(0, at), revision];
  throw problem('input-invalid', {
    what: `"${text}": "${revision}" is not a revision`,
    expected: 'a branch, tag or commit',
  });
}

const KINDS: Record<string, 'onnx' | 'gguf' | 'config'> = { '.onnx': 'onnx', '.gguf': 'gguf', '.json': 'config' };

function pathOf(text: string): ModelReference {
  const found = statOf(text);
  if (found === null) throw problem('file-unreadable', { path: text, reason: 'no such file or folder' });
  refuseSpecial(text, found);
  const kind = found.isDirectory() ? 'folder' : KINDS[extname(text)];
  if (kind !== undefined) return { kind, path: text };
  const expected = 'a folder, an .onnx or .gguf file or a config.json';
  throw problem('input-invalid', { what: `${text} is not a model`, expected });
}
