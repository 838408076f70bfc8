// The built command on files that were made to hurt it: each ends soon, with code 2 and one message, no stack trace, and
// nothing that a terminal obeys.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ggufBytes, ggufParts } from '../../scripts/fuzz/gguf.mjs';
import { type ResultDocument, resultSchema } from '../../src/contract/result.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { TINY_CONFIG } from '../reference/tiny-model.js';
import { chunk, integer } from '../reference/wire.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'edgeproof-hostile-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}
function edgeproof(...parameters: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: scratch, env: { ...process.env, EDGEPROOF_CACHE: join(scratch, 'cache') }, timeout: 50_000 };
    const child = execFile(process.execPath, [CLI, ...parameters], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

const put = (name: string, content: string | Uint8Array) => writeFileSync(join(scratch, name), content);
for (const name of ['pipe.onnx', 'pipe.gguf', 'config.json']) execFileSync('mkfifo', [join(scratch, name)]);
mkdirSync(join(scratch, 'folder.onnx'));
symlinkSync('circle.onnx', join(scratch, 'circle.onnx'));
put('many.gguf', ggufBytes({ ...ggufParts(), tensorCount: 11_000_000n }));
put('layers.json', JSON.stringify({ ...TINY_CONFIG, num_hidden_layers: 1e9 }));
put('deep.json', `{"model_type": "qwen2", "x": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
const workloads = [{ kind: 'generate', prompt: [8], new: [2] }];
put('nul.json', JSON.stringify({ name: 'nul', models: ['./a\0b.onnx'], workloads }));

const LONG = 'x'.repeat(300);
const RUN = ['run', '-p', '8', '-n', '1', '--no-ceilings', '-m'];

describe('a file that was made to hurt', () => {
  it.each([
    ['a pipe called .onnx', ['models', 'inspect', 'pipe.onnx'], 'pipe.onnx: cannot be read: it is a pipe'],
    ['a pipe called .gguf', ['models', 'inspect', 'pipe.gguf'], 'pipe.gguf: cannot be read: it is a pipe'],
    ['a pipe for a configuration', [...RUN, './config.json'], './config.json: cannot be read: it is a pipe'],
    ['a pipe for a suite', ['run', './config.json'], './config.json: cannot be read: it is a pipe'],
    ['a folder called .onnx', ['models', 'inspect', 'folder.onnx'], 'folder.onnx has no files of dtype q4'],
    ['links in a circle', ['models', 'inspect', 'circle.onnx'], 'circle.onnx: cannot be read: ELOOP'],
    ['a model of 300 characters', ['models', 'inspect', `./${LONG}.onnx`], 'cannot be read: ENAMETOOLONG'],
    ['a result of 300 characters', ['show', `./${LONG}.json`], 'there is no file'],
    ['eleven million tensors', ['models', 'inspect', 'many.gguf'], 'it claims 11000000 tensors'],
    ['a billion layers', [...RUN, './layers.json'], 'num_hidden_layers: Too big'],
    ['50,000 levels', [...RUN, './deep.json'], 'more than 64 lists and objects inside each other'],
    ['a NUL in a name', ['run', './nul.json'], 'a name or a path without control characters'],
  ])('%s is refused with one message', async (_, parameters, message) => {
    const { code, stdout, stderr } = await edgeproof(...parameters);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ {4}at |This is a bug|\0/m);
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
  });
});

/** What a terminal obeys. */
const OBEYED = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;
const ESCAPES = '\x1b[31m\x1b]0;title\x07\x9b2J\u202e';

/** The document with escapes at the end of each text that may be any text. */
function withEscapes(document: ResultDocument): ResultDocument {
  const copy = structuredClone(document);
  const walk = (value: object) => {
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === 'object' && item !== null) walk(item);
      if (typeof item !== 'string') continue;
      Object.assign(value, { [key]: item + ESCAPES });
      if (!resultSchema.safeParse(copy).success) Object.assign(value, { [key]: item });
    }
  };
  walk(copy);
  return copy;
}

describe('texts full of escape sequences', () => {
  const failed = generateCase(['failed', 'failed'], { key: { dtype: 'int8' } });
  const plain = documentOf([generateCase([steadyRound(90, 9), steadyRound(91, 9)]), failed]);
  const hostile = withEscapes(plain);
  put('a.json', JSON.stringify(hostile));
  put('b.json', JSON.stringify({ ...hostile, startedAt: '2025-01-02T12:00:00.000Z' }));
  const name = (text: string) => `${text}${ESCAPES}`;
  const node = [...chunk(1, name('x')), ...chunk(2, name('y')), ...chunk(4, name('Relu'))];
  const graph = [...chunk(1, node), ...chunk(11, chunk(1, name('input'))), ...chunk(12, chunk(1, name('output')))];
  const opset = chunk(8, [...chunk(1, name('domain')), ...integer(2, 1)]);
  put('escapes.onnx', Uint8Array.from([...chunk(2, name('producer')), ...chunk(7, graph), ...opset]));
  put(
    'broken.onnx',
    Uint8Array.from([...chunk(2, name('producer')), ...chunk(7, [...chunk(1, node), ...chunk(1, node)])]),
  );
  put('escapes.json', JSON.stringify({ schemaVersion: 1, [name('key')]: 1, startedAt: 5 }));

  it('are in names of machines, failures and versions', () => {
    expect(JSON.stringify(hostile).split(JSON.stringify(ESCAPES).slice(1, -1)).length).toBeGreaterThan(20);
  });

  it.each([
    ['show', ['show', './a.json'], 0],
    ['show --memory', ['show', './a.json', '--memory'], 0],
    ['compare', ['compare', './a.json', './b.json'], null],
    ['inspect', ['models', 'inspect', './escapes.onnx'], 0],
    ['an error about a graph', ['models', 'inspect', './broken.onnx'], 2],
    ['an error about a document', ['show', './escapes.json'], 2],
    ['an unknown model', ['models', 'inspect', name('model')], 2],
  ])('%s prints nothing that a terminal obeys', async (_, parameters, wanted) => {
    const formats = wanted === 2 ? ['table'] : ['table', 'json'];
    const ended = await Promise.all(formats.map((format) => edgeproof(...parameters, '-o', format)));
    for (const { code, stdout, stderr } of ended) {
      if (wanted !== null) expect(code).toBe(wanted);
      expect(stdout + stderr).toContain('[31m');
      expect(stdout + stderr).not.toMatch(OBEYED);
      expect(stderr).not.toContain('This is a bug');
    }
  });
});
