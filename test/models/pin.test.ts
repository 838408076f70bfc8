// Pins: what they cover, what they refuse, and a registry whose other bytes stay as they are.
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RealManifest } from '../../src/contract/manifest.js';
import type { Checkpoint } from '../../src/models/checkpoint.js';
import { pinFile, pinFor, pinState, withPin, writeOwnPin, writePin } from '../../src/models/pin.js';
import { loadRegistry, PINS, REGISTRY } from '../../src/models/registry.js';
import { modelById } from '../fixtures/model.js';
import { thrownBy } from '../fixtures/thrown.js';

const COMMIT = 'a'.repeat(40);

function manifestOf(files: Record<string, string>, revision = COMMIT): RealManifest {
  return {
    schemaVersion: 1,
    model: 'org/name',
    weights: 'real',
    dtype: 'q4',
    source: { kind: 'hub', repo: 'org/name', revision, license: null },
    graph: 'onnx/model_q4.onnx',
    parameters: 1,
    files: Object.entries(files).map(([path, letter]) => ({ path, bytes: 10, sha256: letter.repeat(64) })),
  };
}
const checkpointOf = (manifest: RealManifest): Checkpoint<RealManifest> => ({ directory: '', graph: '', manifest });

describe('a pin', () => {
  const q4 = manifestOf({ 'config.json': 'c', 'onnx/model_q4.onnx': '4' });
  const fp16 = manifestOf({ 'config.json': 'c', 'onnx/model_fp16.onnx': 'f' });

  it('covers every dtype that was here, and keeps what an older pin of the commit had', () => {
    const pin = pinFor([checkpointOf(q4)], COMMIT, undefined);
    const both = pinFor([checkpointOf(fp16)], COMMIT, pin);
    expect(both.files.map(({ path }) => path)).toEqual(['config.json', 'onnx/model_fp16.onnx', 'onnx/model_q4.onnx']);
    expect(pinFor([checkpointOf(fp16)], 'b'.repeat(40), pin).files).toHaveLength(2);
  });

  it('vouches for its own bytes alone', () => {
    const pin = pinFor([checkpointOf(q4)], COMMIT, undefined);
    expect(pinState(q4, pin).state).toBe('pinned');
    expect(pinState(q4, undefined).state).toBe('not pinned');
    expect(pinState(fp16, pin).state).toBe('not pinned');
    expect(pinState({ ...q4, source: { ...q4.source, revision: 'b'.repeat(40) } }, pin).state).toBe('not pinned');
    const altered = manifestOf({ 'config.json': 'c', 'onnx/model_q4.onnx': '5' });
    expect(pinState(altered, pin)).toMatchObject({
      state: 'differs',
      fault: expect.stringContaining('onnx/model_q4.onnx'),
    });
  });
});

describe('a registry text', () => {
  const text = `{\n  "models": [\n    { "id": "a\\"}]", "x": [1, [2]], "config": { "eps": 1e-06 } },\n    {\n      "id": "b",\n      "config": {}\n    }\n  ]\n}\n`;
  const pin = { revision: COMMIT, files: [] };

  it('gets the pin where it belongs and keeps every other byte', () => {
    const edited = withPin(text, 1, pin);
    expect(JSON.parse(edited).models).toEqual([...JSON.parse(text).models.slice(0, 1), { id: 'b', pin, config: {} }]);
    expect(edited).toContain('1e-06');
    expect(edited.split('\n').filter((line) => !text.split('\n').includes(line))).toEqual([
      '      "pin": {',
      `        "revision": "${COMMIT}",`,
      '        "files": []',
      '      },',
    ]);
    expect(withPin(edited, 1, pin)).toBe(edited);
    expect(JSON.parse(withPin(edited, 1, { revision: 'b'.repeat(40), files: [] })).models[1].pin.revision).toBe(
      'b'.repeat(40),
    );
  });

  it.each([
    ['indented by tabs', text.replaceAll('  ', '\t')],
    ['with the line ends of Windows', text.replaceAll('\n', '\r\n')],
    ['in a single line', text.replaceAll(/\n */g, '')],
  ])('%s is changed nowhere else', (_name, before) => {
    for (const index of [0, 1]) {
      const after = withPin(before, index, pin);
      expect(JSON.parse(after).models[index].pin).toEqual(pin);
      const start = after.indexOf('"pin"');
      const end = after.indexOf('"config"', start);
      expect(after.slice(0, start) + after.slice(end)).toBe(before);
      expect(/[^\r]\n/.test(after)).toBe(!before.includes('\r'));
    }
  });
});

it('goes into the file that a linked registry leads to; the link stays', () => {
  const directory = mkdtempSync(join(tmpdir(), 'edgeproof-pin-'));
  mkdirSync(join(directory, 'elsewhere'));
  const [file, link] = [join(directory, 'elsewhere', 'shared.json'), join(directory, 'models.json')];
  copyFileSync(REGISTRY, file);
  symlinkSync(join('elsewhere', 'shared.json'), link);
  writePin(link, 'qwen2.5-0.5b', { revision: COMMIT, files: [] });
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(modelById('qwen2.5-0.5b', loadRegistry(file)).pin).toEqual({ revision: COMMIT, files: [] });
  expect(readdirSync(join(directory, 'elsewhere'))).toEqual(['shared.json']);
  rmSync(directory, { recursive: true });
});

describe('pins beside an installed package', () => {
  const directory = mkdtempSync(join(tmpdir(), 'edgeproof-pins-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = join(directory, PINS);
  const pin = (letter: string) => ({ revision: letter.repeat(40), files: [] });
  const pinned = () => Object.fromEntries(loadRegistry(REGISTRY, file).map((model) => [model.id, model.pin]));

  it('go into the working directory, and those of a checkout or a registry of the user into that file', () => {
    expect(pinFile(join('', 'app', 'node_modules', 'edgeproof', 'models.json'))).toBe('edgeproof-pins.json');
    expect(pinFile(join('', 'home', 'edgeproof', 'models.json'))).toBe(join('', 'home', 'edgeproof', 'models.json'));
  });

  it('are added one by one, replaced, and stand above those of models.json', () => {
    expect(existsSync(file)).toBe(false);
    const before = pinned();
    writeOwnPin(file, 'qwen3-0.6b', pin('a'));
    writeOwnPin(file, 'qwen2.5-0.5b', pin('b'));
    writeOwnPin(file, 'qwen3-0.6b', pin('c'));
    expect(pinned()).toEqual({ ...before, 'qwen3-0.6b': pin('c'), 'qwen2.5-0.5b': pin('b') });
    expect(readdirSync(directory)).toEqual([PINS]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      pins: { 'qwen3-0.6b': pin('c'), 'qwen2.5-0.5b': pin('b') },
    });
  });

  it('stand above a pin that the registry has', () => {
    const registry = join(directory, 'models.json');
    copyFileSync(REGISTRY, registry);
    writePin(registry, 'qwen3-0.6b', pin('d'));
    expect(modelById('qwen3-0.6b', loadRegistry(registry)).pin).toEqual(pin('d'));
    expect(modelById('qwen3-0.6b', loadRegistry(registry, file)).pin).toEqual(pin('c'));
  });

  it.each([
    [
      'a model that nobody knows',
      { pins: { 'no-such-model': pin('a') } },
      'pins.no-such-model: models.json has no such',
    ],
    ['no commit', { pins: { 'qwen3-0.6b': { revision: 'main', files: [] } } }, 'pins.qwen3-0.6b.revision'],
  ])('with %s are refused by file and field', (_name, content, words) => {
    writeFileSync(file, JSON.stringify(content));
    const failure = thrownBy(() => loadRegistry(REGISTRY, file));
    expect(failure.message).toContain(file);
    expect(failure.message).toContain(words);
  });
});
