// Synthetic checkpoints appear whole or not at all, are verified by hash before use, and any damage is rebuilt to the
// same bytes. Two tests run src/ as built into dist/, in processes of their own: `npm test` builds it first.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SYNTHETIC_DTYPES } from '../../src/contract/dtypes.js';
import { GRAPH_LAYOUTS } from '../../src/contract/layouts.js';
import { planExternalData } from '../../src/formats/onnx/graph-builder.js';
import { faultOf, MANIFEST, openCheckpoint } from '../../src/models/checkpoint.js';
import type { CheckpointSpec } from '../../src/models/checkpoint-plan.js';
import type { CheckpointProgress } from '../../src/models/ensure-checkpoint.js';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { architectureOf } from '../../src/networks/architectures.js';
import { buildDecoder } from '../../src/networks/decoder.js';
import { modelById } from '../fixtures/model.js';
import { tinyModel } from '../reference/tiny-model.js';

const SPEC: CheckpointSpec = { model: tinyModel(), layout: 'published', dtype: 'q4', seed: 3 };

let cache: string;
let parent: string;
let directory: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-synthesize-'));
  parent = join(cache, 'synthetic', 'tiny');
  directory = join(parent, 'published-q4');
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const ensure = (spec: CheckpointSpec = SPEC, options = {}) => ensureSynthetic(spec, { cache, ...options });
const data = () => join(directory, 'onnx', 'model_q4.onnx_data');

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const hashes = () => Object.fromEntries(filesOf(directory).map((path) => [path, hashOf(join(directory, path))]));
/** Changes when a file is written or replaced. */
const marks = () =>
  Object.fromEntries(
    filesOf(directory).map((path) => {
      const { ino, mtimeNs } = statSync(join(directory, path), { bigint: true });
      return [path, `${ino} ${mtimeNs}`];
    }),
  );

function alterByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

describe('a checkpoint that is absent', () => {
  it('is written whole: transformers.js files, graph, data, and a manifest of what is there', async () => {
    const { checkpoint, written } = await ensure();
    expect(written).toBe('absent');
    expect(checkpoint.directory).toBe(directory);
    expect(checkpoint.graph).toBe(join(directory, 'onnx', 'model_q4.onnx'));
    expect(filesOf(directory)).toEqual([
      'config.json',
      MANIFEST,
      'generation_config.json',
      'onnx/model_q4.onnx',
      'onnx/model_q4.onnx_data',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(readdirSync(parent)).toEqual(['published-q4']);

    const { manifest } = checkpoint;
    expect(manifest).toMatchObject({ model: 'tiny', weights: 'synthetic', layout: 'published', dtype: 'q4', seed: 3 });
    // Embedding; per layer q/k/v with bias, o, gate, up, down and two norms; final norm.
    const layer = 128 * 256 + 256 + 128 * 128 + 3 * 128 * 256 + 2 * 128;
    expect(manifest.parameters).toBe(512 * 128 + 2 * layer + 128);
    const { [MANIFEST]: _, ...content } = hashes();
    expect(Object.fromEntries(manifest.files.map((file) => [file.path, file.sha256]))).toEqual(content);
    for (const { path, bytes } of manifest.files) expect(statSync(join(directory, path)).size).toBe(bytes);
  });

  it('of layout split has the tuned graph, one for prompts, and the weights of both in one file', async () => {
    const tuned = (await ensure({ ...SPEC, layout: 'tuned' })).checkpoint;
    const split = (await ensure({ ...SPEC, layout: 'split' })).checkpoint;
    expect(split.graph).toBe(join(split.directory, 'onnx', 'model_q4.onnx'));
    const file = (checkpoint: typeof split, path: string) => readFileSync(join(checkpoint.directory, 'onnx', path));
    expect(file(split, 'model_q4.onnx')).toEqual(file(tuned, 'model_q4.onnx'));
    const [short, long] = [file(tuned, 'model_q4.onnx_data'), file(split, 'model_q4.onnx_data')];
    expect(long.subarray(0, short.length).equals(short)).toBe(true);
    expect(split.manifest.files.map(({ path }) => path)).toContain('onnx/model_q4_prefill.onnx');
    expect(split.manifest.parameters).toBe(tuned.manifest.parameters);
  });

  it('of layout split has no form in other dtypes than q4 and int8', async () => {
    await expect(ensure({ ...SPEC, layout: 'split', dtype: 'q4f16' })).rejects.toMatchObject({
      code: 'dtype-unsupported',
    });
  });

  it('reports its progress up to the last byte', async () => {
    const seen: CheckpointProgress[] = [];
    await ensure(SPEC, { onProgress: (progress: CheckpointProgress) => seen.push(progress) });
    expect(new Set(seen.map((progress) => progress.step))).toEqual(new Set(['write']));
    expect(seen.map((progress) => progress.doneBytes)).toEqual(seen.map((p) => p.doneBytes).sort((a, b) => a - b));
    const last = seen.at(-1)!;
    expect([last.doneBytes, last.totalBytes]).toEqual([statSync(data()).size, statSync(data()).size]);
  });

  it('has the same bytes in another cache, and other weights from another seed or none of the rest', async () => {
    await ensure();
    const first = hashes();
    const other = mkdtempSync(join(tmpdir(), 'edgeproof-synthesize-'));
    try {
      const again = (await ensureSynthetic(SPEC, { cache: other })).checkpoint.manifest;
      expect(again).toEqual(openCheckpoint(directory).manifest);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
    const { written } = await ensure({ ...SPEC, seed: 4 });
    expect(written).toBe('stale');
    const differing = Object.entries(hashes()).filter(([path, hash]) => first[path] !== hash);
    expect(differing.map(([path]) => path)).toEqual([MANIFEST, 'onnx/model_q4.onnx_data']);
    expect((await ensure()).written).toBe('stale');
    expect(hashes()).toEqual(first);
  });
});

describe('a checkpoint that is there', () => {
  it('is verified and left alone', async () => {
    await ensure();
    const before = marks();
    const steps = new Set<string>();
    const { checkpoint, written } = await ensure(SPEC, { onProgress: (p: CheckpointProgress) => steps.add(p.step) });
    expect(written).toBeNull();
    expect(marks()).toEqual(before);
    expect([...steps]).toEqual(['verify']);
    expect(checkpoint.manifest).toEqual(openCheckpoint(directory).manifest);
  });

  const manifest = () => JSON.parse(readFileSync(join(directory, MANIFEST), 'utf8'));
  const writeManifest = (content: unknown) => writeFileSync(join(directory, MANIFEST), JSON.stringify(content));

  it.each<{ name: string; damage: () => void; written?: RegExp }>([
    { name: 'the first byte of the data altered', damage: () => alterByte(data(), 0), written: /onnx_data.*altered/ },
    { name: 'the last byte of the data altered', damage: () => alterByte(data(), statSync(data()).size - 1) },
    { name: 'the data cut off', damage: () => truncateSync(data(), 1000), written: /onnx_data has 1000 bytes/ },
    { name: 'the data too long', damage: () => appendFileSync(data(), 'x') },
    { name: 'the data deleted', damage: () => rmSync(data()), written: /onnx_data is missing/ },
    {
      name: 'the data a directory',
      damage: () => {
        rmSync(data());
        mkdirSync(data());
      },
    },
    { name: 'the graph altered', damage: () => alterByte(join(directory, 'onnx', 'model_q4.onnx'), 700) },
    { name: 'the tokenizer deleted', damage: () => rmSync(join(directory, 'tokenizer.json')) },
    { name: 'the configuration edited', damage: () => appendFileSync(join(directory, 'config.json'), '\n') },
    { name: 'the manifest deleted', damage: () => rmSync(join(directory, MANIFEST)), written: /^absent$/ },
    { name: 'the manifest cut off', damage: () => truncateSync(join(directory, MANIFEST), 40) },
    { name: 'the manifest empty', damage: () => truncateSync(join(directory, MANIFEST), 0) },
    {
      name: 'the manifest of another plan',
      damage: () => writeManifest({ ...manifest(), plan: 'x' }),
      written: /^stale$/,
    },
    { name: 'the manifest without files', damage: () => writeManifest({ ...manifest(), files: [] }) },
    {
      name: 'the manifest without the data, and the data altered',
      damage: () => {
        alterByte(data(), 5);
        const { files, ...rest } = manifest();
        writeManifest({ ...rest, files: files.filter((file: { path: string }) => !file.path.endsWith('_data')) });
      },
    },
    {
      name: 'a hash in the manifest altered',
      damage: () => {
        const altered = manifest();
        altered.files[1].sha256 = altered.files[0].sha256;
        writeManifest(altered);
      },
    },
    { name: 'the parameters in the manifest altered', damage: () => writeManifest({ ...manifest(), parameters: 1 }) },
    { name: 'the dtype in the manifest altered', damage: () => writeManifest({ ...manifest(), dtype: 'fp32' }) },
    {
      name: 'a file in place of the directory',
      damage: () => {
        rmSync(directory, { recursive: true });
        writeFileSync(directory, '');
      },
    },
  ])('is rebuilt to the same bytes with $name', async ({ damage, written = /./ }) => {
    await ensure();
    const before = hashes();
    damage();
    expect((await ensure()).written).toMatch(written);
    expect(hashes()).toEqual(before);
    expect(readdirSync(parent)).toEqual(['published-q4']);
    expect((await ensure()).written).toBeNull();
  });

  it('of another layout or dtype is another checkpoint', async () => {
    await ensure();
    const before = marks();
    await ensure({ ...SPEC, layout: 'tuned' });
    await ensure({ ...SPEC, dtype: 'int8' });
    expect(readdirSync(parent)).toEqual(['published-int8', 'published-q4', 'tuned-q4']);
    expect(marks()).toEqual(before);
  });
});

describe('half-written directories', () => {
  it('of dead processes are removed, of living ones kept', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const names = [`published-q4.partial-${dead}`, `tuned-q4.partial-${dead}`, `tuned-q4.partial-${process.ppid}`];
    for (const name of names) {
      mkdirSync(join(parent, name, 'onnx'), { recursive: true });
      writeFileSync(join(parent, name, 'onnx', 'model_q4.onnx_data'), 'half');
    }
    await ensure();
    expect(readdirSync(parent)).toEqual(['published-q4', `tuned-q4.partial-${process.ppid}`]);
  });

  it('left by this very process are replaced', async () => {
    const name = `published-q4.partial-${process.pid}`;
    mkdirSync(join(parent, name, 'onnx'), { recursive: true });
    writeFileSync(join(parent, name, 'onnx', 'model_q4.onnx_data'), 'half');
    await ensure();
    expect(readdirSync(parent)).toEqual(['published-q4']);
    expect(await faultOf(openCheckpoint(directory))).toBeNull();
  });
});

describe('an abort', () => {
  const abortAt = (step: CheckpointProgress['step'], fraction: number) => {
    const controller = new AbortController();
    const onProgress = (progress: CheckpointProgress) => {
      if (progress.step === step && progress.doneBytes > fraction * progress.totalBytes) controller.abort();
    };
    return { signal: controller.signal, onProgress };
  };

  it.each([
    { name: 'before it begins', options: () => ({ signal: AbortSignal.abort() }) },
    { name: 'at the first byte', options: () => abortAt('write', 0) },
    { name: 'halfway', options: () => abortAt('write', 0.5) },
  ])('$name leaves no directory', async ({ options }) => {
    await expect(ensure(SPEC, options())).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(parent) ? readdirSync(parent) : []).toEqual([]);
    expect((await ensure()).written).toBe('absent');
  });

  it('while a damaged checkpoint is rebuilt leaves what was there', async () => {
    await ensure();
    alterByte(data(), 0);
    const before = marks();
    await expect(ensure(SPEC, abortAt('write', 0.5))).rejects.toMatchObject({ name: 'AbortError' });
    expect(marks()).toEqual(before);
    expect(readdirSync(parent)).toEqual(['published-q4']);
  });

  it('while it is verified leaves it whole', async () => {
    await ensure();
    const before = marks();
    await expect(ensure(SPEC, abortAt('verify', 0))).rejects.toMatchObject({ name: 'AbortError' });
    expect(marks()).toEqual(before);
  });
});

describe('two processes', () => {
  const ENTRY = new URL('../../dist/models/synthesize.js', import.meta.url).href;
  /** Says `ready`, waits for the specification, and, if asked to, for a second line before the last byte is written. */
  const SCRIPT = `
    import { readSync } from 'node:fs';
    import { ensureSynthetic } from ${JSON.stringify(ENTRY)};
    const line = () => {
      let text = '';
      for (const byte = Buffer.alloc(1); readSync(0, byte) === 1 && byte[0] !== 10; ) text += byte;
      return text;
    };
    process.stdout.write('ready\\n');
    const { spec, cache, pause } = JSON.parse(line());
    const onProgress = ({ step, doneBytes, totalBytes }) => {
      if (!pause || step !== 'write' || doneBytes < totalBytes) return;
      process.stdout.write('paused\\n');
      line();
    };
    const { written } = await ensureSynthetic(spec, { cache, onProgress });
    process.stdout.write('written: ' + written + '\\n');`;

  function start() {
    const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT]);
    let output = '';
    let errors = '';
    const waiting: (() => void)[] = [];
    const wake = () => {
      for (const check of waiting) check();
    };
    child.stdout!.on('data', (chunk) => {
      output += chunk;
      wake();
    });
    child.stderr!.on('data', (chunk) => {
      errors += chunk;
    });
    const ended = new Promise<string>((resolve) => child.on('close', (code) => resolve(`${code} ${errors}`.trim())));
    return {
      tell: (line: string) => child.stdin!.write(`${line}\n`),
      said: (word: string) =>
        Promise.race([
          new Promise<void>((resolve) => {
            waiting.push(() => output.includes(word) && resolve());
            wake();
          }),
          ended.then((end) => {
            if (!output.includes(word)) throw new Error(`the process ended (${end}) without "${word}"`);
          }),
        ]),
      ended: () => ended,
    };
  }

  it('that want the same checkpoint at once both end with a whole one', async () => {
    for (let round = 0; round < 3; round++) {
      const children = [start(), start()];
      await Promise.all(children.map((child) => child.said('ready')));
      for (const child of children) child.tell(JSON.stringify({ spec: SPEC, cache, pause: false }));
      expect(await Promise.all(children.map((child) => child.ended()))).toEqual(['0', '0']);
      await Promise.all(children.map((child) => child.said('written: ')));
      expect(readdirSync(parent)).toEqual(['published-q4']);
      expect(await faultOf(openCheckpoint(directory))).toBeNull();
      rmSync(parent, { recursive: true });
    }
  });

  it('do not take away what the other has finished', async () => {
    const slow = start();
    await slow.said('ready');
    slow.tell(JSON.stringify({ spec: SPEC, cache, pause: true }));
    await slow.said('paused');
    // Finished here, in use from now on; the other still believes that there is none.
    expect((await ensure()).written).toBe('absent');
    const before = marks();
    slow.tell('');
    expect(await slow.ended()).toBe('0');
    expect(marks()).toEqual(before);
    expect(readdirSync(parent)).toEqual(['published-q4']);
  });
});

describe('a disk that does not take it', () => {
  const unwritable = (path: string) => ({
    code: 'directory-unwritable',
    message: expect.stringContaining(path),
    hint: expect.stringContaining('EDGEPROOF_CACHE'),
  });

  it('because the cache is a file', async () => {
    const file = join(cache, 'file');
    writeFileSync(file, '');
    await expect(ensureSynthetic(SPEC, { cache: file })).rejects.toMatchObject(unwritable(file));
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('because a folder below the cache is a file', async () => {
    mkdirSync(join(cache, 'synthetic'));
    writeFileSync(parent, '');
    await expect(ensure()).rejects.toMatchObject(unwritable(parent));
  });

  it('because the path is too long', async () => {
    const long = join(cache, 'x'.repeat(300));
    await expect(ensureSynthetic(SPEC, { cache: long })).rejects.toMatchObject(unwritable(long));
  });

  // Root may write anywhere, so this one needs an ordinary user.
  it.runIf(process.getuid?.() !== 0)('because the folder is read-only', async () => {
    mkdirSync(parent, { recursive: true });
    chmodSync(parent, 0o555);
    try {
      await expect(ensure()).rejects.toMatchObject(unwritable(parent));
    } finally {
      chmodSync(parent, 0o755);
    }
  });

  it('because it is too small, and nothing is left on it', async () => {
    // 1.5 TB of weights.
    const model = tinyModel({ intermediate_size: 10 ** 6, num_hidden_layers: 1000 });
    await expect(ensure({ ...SPEC, model, dtype: 'fp32' })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining(parent),
    });
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('the full size of Qwen2.5-0.5B', () => {
  const model = modelById('qwen2.5-0.5b');

  it.each(GRAPH_LAYOUTS.flatMap((layout) => SYNTHETIC_DTYPES.map((dtype) => ({ layout, dtype }))))(
    '$layout $dtype lays its weights on pages, one behind the other',
    ({ layout, dtype }) => {
      const { weights, bytes } = planExternalData(
        buildDecoder(architectureOf(model.config).plan(model.config), dtype, layout),
        'd',
      );
      let end = 0;
      for (const weight of weights) {
        expect(weight.offset % 4096).toBe(0);
        expect(weight.offset - end, weight.name).toBeGreaterThanOrEqual(0);
        expect(weight.offset - end, weight.name).toBeLessThan(4096);
        end = weight.offset + weight.bytes;
      }
      expect(bytes).toBe(end);
      expect(new Set(weights.map((weight) => weight.name)).size).toBe(weights.length);
    },
  );
});
