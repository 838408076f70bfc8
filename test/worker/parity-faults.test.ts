// Faults put in on purpose: how many of them parity and the proof of work find. Graphs that compute something else, with an
// int8 cache too, and passes that skip tokens of the prompt.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PromptAnswer } from '../../src/contract/prompt-answer.js';
import type { Parity } from '../../src/contract/views/figures.js';
import type { Node } from '../../src/formats/onnx/model.js';
import { prefillPath } from '../../src/formats/onnx/prefill-graph.js';
import { readModel } from '../../src/formats/onnx/read.js';
import { encodeModel } from '../../src/formats/onnx/write.js';
import { type Checkpoint, openCheckpoint } from '../../src/models/checkpoint.js';
import { ensureSynthetic } from '../../src/models/synthesize.js';
import { parityOf, workOf } from '../../src/stats/parity.js';
import { answerPrompt } from '../../src/worker/prompt-answer.js';
import type * as runtimes from '../../src/worker/runtimes/runtime.js';
import type { LogitsRuntime, Runtime } from '../../src/worker/runtimes/runtime.js';
import { generateCase } from '../fixtures/document.js';
import { TINY_CONFIG, tinyModel } from '../reference/tiny-model.js';

const altered = vi.hoisted(() => ({ by: (runtime: unknown) => runtime }));
vi.mock('../../src/worker/runtimes/runtime.js', async (original) => {
  const real = await original<typeof runtimes>();
  const importRuntime: typeof real.importRuntime = async (name) => {
    const open = await real.importRuntime(name);
    return async (options) => altered.by(await open(options)) as Runtime;
  };
  return { ...real, importRuntime };
});

let cache: string;
let sound: Checkpoint;
beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'edgeproof-faults-'));
  sound = (await ensureSynthetic({ model: tinyModel(), layout: 'split', dtype: 'q4', seed: 7 }, { cache })).checkpoint;
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** A case of the layout split in q4, whose products are of integers. */
function caseOf(int8: boolean) {
  const options = int8 ? { options: { kvDtype: 'int8' as const } } : {};
  const result = generateCase([], { key: { layout: 'split', dtype: 'q4', threads: 1, ...options } });
  Object.assign(result.checkpoint!.graph, { formats: [{ operator: 'MatMulNBits', accuracyLevel: 4 }] });
  return result;
}
const answer = (checkpoint: Checkpoint, int8: boolean, against: number[][] = []) =>
  answerPrompt({
    key: caseOf(int8).key,
    directory: checkpoint.directory,
    graph: checkpoint.graph,
    vocabSize: TINY_CONFIG.vocab_size,
    against,
  });

type Fault = (node: Node) => Node;
const attention =
  (change: (node: Node) => Partial<Node>): Fault =>
  (node) =>
    node.opType === 'GroupQueryAttention' ? { ...node, ...change(node) } : node;
const attributes = (changes: Node['attributes']) =>
  attention((node) => ({ attributes: { ...node.attributes, ...changes } }));
const exchanged = (node: Node, a: number, b: number) =>
  node.inputs.map((name, place) => node.inputs[place === a ? b : place === b ? a : place] ?? name);
/** Of the residual stream: what a block adds is added twice. */
const doubled: Fault = (node) =>
  node.opType === 'SkipSimplifiedLayerNormalization'
    ? { ...node, inputs: [node.inputs[1]!, node.inputs[1]!, ...node.inputs.slice(2)] }
    : node;

const FAULTS: Record<string, Fault> = {
  'scores four times as large': attributes({
    scale: { float: 4 / Math.sqrt(TINY_CONFIG.hidden_size / TINY_CONFIG.num_attention_heads) },
  }),
  'scores a quarter as large': attributes({
    scale: { float: 0.25 / Math.sqrt(TINY_CONFIG.hidden_size / TINY_CONFIG.num_attention_heads) },
  }),
  'no rotation by position': attributes({ do_rotary: 0 }),
  'rotation of neighbouring channels': attributes({ rotary_interleaved: 1 }),
  'cosines and sines exchanged': attention((node) => ({ inputs: exchanged(node, 7, 8) })),
  'attention to eight tokens': attributes({ local_window_size: 8 }),
  'attention to the last token': attributes({ local_window_size: 1 }),
  'softcap of the scores': attributes({ softcap: { float: 0.1 } }),
  'residual stream left out': doubled,
  'gate without its sigmoid': (node) => (node.opType === 'Sigmoid' ? { ...node, opType: 'Tanh' } : node),
};

/** A checkpoint with the fault in the graph for tokens or in the one for prompts. */
function faulty(name: string, fault: Fault, where: 'tokens' | 'prompts'): Checkpoint {
  const directory = join(cache, `${name} ${where}`);
  cpSync(sound.directory, directory, { recursive: true });
  const checkpoint = openCheckpoint(directory);
  const path = where === 'tokens' ? checkpoint.graph : prefillPath(checkpoint.graph);
  const model = readModel(path);
  writeFileSync(path, encodeModel({ ...model, nodes: model.nodes.map(fault) }));
  return checkpoint;
}

/** The verdict on each candidate. The reference is asked last, with what the others chose, as in a run. */
async function verdictsOf(candidates: Checkpoint[], int8: boolean): Promise<Parity[]> {
  const found: PromptAnswer[] = [];
  for (const candidate of candidates) found.push(await answer(candidate, int8));
  const chosen = found.map(({ tokens }) => tokens);
  const reference = { answer: await answer(sound, false, chosen), result: caseOf(false) };
  return found.map((one) => parityOf(reference, { answer: one, result: caseOf(int8) })!);
}

const WHERE = ['tokens', 'prompts'] as const;
const INJECTED = Object.entries(FAULTS).flatMap(([name, fault]) => WHERE.map((where) => ({ name, fault, where })));

describe.each([false, true])('with an int8 cache: %s', (int8) => {
  it('what is right is the same or a near-tie, and 18 of 20 faults are neither', async () => {
    const checkpoints = INJECTED.map(({ name, fault, where }) => faulty(`${name} ${int8}`, fault, where));
    const [right, ...wrong] = await verdictsOf([sound, ...checkpoints], int8);
    expect(['same', 'near-tie']).toContain(right!.verdict);
    const passed = INJECTED.filter((_, i) => ['same', 'near-tie'].includes(wrong[i]!.verdict));
    // Both change the prompt of a model of two layers by less than integers round it.
    const mild = ['scores four times as large, prompts', 'attention to the last token, prompts'];
    expect(mild).toEqual(expect.arrayContaining(passed.map(({ name, where }) => `${name}, ${where}`)));
  });
});

it('reads the prompt as it is timed, and otherwise to see what rounding does and that all of it counts', async () => {
  const passes: string[] = [];
  altered.by = (opened) => {
    const { read, forward, generate, ...others } = opened as LogitsRuntime;
    const noted =
      <A extends unknown[], T>(what: string, call: (ids: BigInt64Array, ...more: A) => T) =>
      (ids: BigInt64Array, ...more: A) => {
        passes.push(`${what} ${ids.length}`);
        return call(ids, ...more);
      };
    const all = {
      read: noted('read', read),
      forward: noted('forward', forward),
      generate: noted('generate', generate),
    };
    return { ...others, ...all };
  };
  await answer(sound, true);
  altered.by = (runtime) => runtime;
  expect(passes).toEqual([
    // Profiled.
    'generate 288',
    // An int8 cache gets its step sizes from more than one token before anything is compared.
    ...['read 8', 'forward 24'],
    ...['read 8', ...Array(24).fill('forward 1')],
    ...['read 64', 'read 64', 'read 64', 'read 64', 'read 31', 'forward 1'],
    ...['generate 288', 'generate 288'],
  ]);
});

describe('a runtime that skips tokens of its prompt', () => {
  afterEach(() => {
    altered.by = (runtime) => runtime;
  });
  const without = (from: number, to: number) => (prompt: BigInt64Array) =>
    BigInt64Array.from([...prompt.slice(0, from), ...prompt.slice(to)]);
  /** `pretended`: it counts the skipped tokens all the same. */
  const skipping = (shortened: (prompt: BigInt64Array) => BigInt64Array, pretended: boolean) => {
    altered.by = (opened) => {
      const runtime = opened as LogitsRuntime;
      const generate: LogitsRuntime['generate'] = async (prompt, ...more) => {
        const fed = shortened(prompt);
        const generation = await runtime.generate(fed, ...more);
        return pretended ? { ...generation, positions: generation.positions + prompt.length - fed.length } : generation;
      };
      return { ...runtime, generate };
    };
  };

  it('gives no answer, because its cache is too short', async () => {
    skipping(without(0, 256), false);
    await expect(answer(sound, false)).rejects.toThrow('its KV cache holds 63 tokens instead of 319');
  });

  it('is found by its profile alone, which shows how many tokens the products saw', async () => {
    const whole = await answer(sound, false);
    expect(whole.multiplied).toMatchObject({ tokens: 289, seen: 289, chosen: 2 });
    skipping(without(0, 245), true);
    const short = await answer(sound, false);
    expect(short.multiplied).toMatchObject({ tokens: 289, seen: 44 });
    const alone = { ...whole, multiplied: short.multiplied };
    expect([whole, alone].map((one) => workOf(caseOf(false), one)!.proven)).toEqual([true, false]);
  });

  it.each([
    ['all but the end', without(0, 256)],
    ['the first half', without(0, 144)],
    ['the second chunk of 64', without(64, 128)],
    ['one token', without(100, 101)],
  ])('is not proven to do its work where it counts them all the same: %s', async (_, shortened) => {
    expect(workOf(caseOf(false), await answer(sound, false))).toMatchObject({ proven: true });
    skipping(shortened, true);
    expect(workOf(caseOf(false), await answer(sound, false))).toMatchObject({ proven: false });
  });
});
