// How far a graph is from the one it was made from: both read the same tokens, and the logits of every position are compared in
// float64. The original's logits are kept in a file, so that one model is in memory at a time.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { FidelitySequence, Position } from '../../../contract/fidelity.js';
import { problem } from '../../../errors.js';
import { graphFacts } from '../../../formats/onnx/facts.js';
import { fromFloat16 } from '../../../formats/onnx/half.js';
import { readModel } from '../../../formats/onnx/read.js';
import { promptTokens } from '../../prompt.js';
import type { Answer, FidelityQuestion } from '../../protocol.js';
import { type OnnxRuntime, openOnnxRuntime } from '../onnxruntime.js';
import { argmax } from './argmax.js';
import { compareLogits } from './compare-logits.js';

const SEQUENCES = 6;
const RANDOM_TOKENS = 64;
const PROMPT_TOKENS = 32;
const NEW_TOKENS = 64;
/** How many positions have their logits in memory at once. */
const CHUNK_TOKENS = 32;

export async function findFidelity(question: FidelityQuestion): Promise<Answer> {
  const { graph, threads, ep } = question;
  const runtime = await openOnnxRuntime({ graph, threads, ep, capacity: PROMPT_TOKENS + NEW_TOKENS, allLogits: true });
  const rows = rowsThrough(runtime, graph);
  return question.sequences === null
    ? { sequences: writeOriginal(question, runtime, rows) }
    : { positions: compareWithOriginal(question, question.sequences, runtime, rows) };
}

type Rows = (tokens: readonly number[]) => Generator<Float32Array>;

/** Returns a function that feeds tokens and yields the logits of each position. */
function rowsThrough(runtime: OnnxRuntime, graph: string): Rows {
  // A graph that gives the logits of the last position only is fed token by token.
  const chunk = graphFacts(readModel(graph)).head?.logits === 'last position' ? 1 : CHUNK_TOKENS;
  return function* (tokens) {
    for (let start = 0; start < tokens.length; start += chunk) {
      const fed = tokens.slice(start, start + chunk);
      const logits = runtime.forward(BigInt64Array.from(fed, BigInt));
      const all = logits instanceof Uint16Array ? fromFloat16(logits) : logits;
      const width = all.length / fed.length;
      if (width !== (runtime.logitsWidth ?? width)) {
        const reason = `its logits are not one row for each of ${fed.length} tokens`;
        throw problem('decoder-unsupported', { path: graph, reason });
      }
      for (let row = 0; row < fed.length; row++) yield all.subarray(row * width, (row + 1) * width);
    }
  };
}

function writeOriginal({ seed, vocabSize, logits }: FidelityQuestion, runtime: OnnxRuntime, rows: Rows) {
  const file = openSync(logits, 'wx');
  const keep = (row: Float32Array) => writeSync(file, row);
  const draw = (index: number, count: number) => [...promptTokens(seed + index, count, vocabSize)].map(Number);
  const sequences: FidelitySequence[] = [];
  for (let i = 0; i < SEQUENCES; i++) {
    const tokens = draw(i, RANDOM_TOKENS);
    runtime.rewind();
    for (const row of rows(tokens)) keep(row);
    sequences.push({ kind: 'random', tokens, prompt: 0 });
  }
  for (let i = 0; i < SEQUENCES; i++) {
    const tokens = draw(SEQUENCES + i, PROMPT_TOKENS);
    runtime.rewind();
    let last = answerTo(tokens, runtime, rows);
    for (let step = 1; ; step++) {
      keep(last);
      if (step === NEW_TOKENS) break;
      tokens.push(argmax(last, 0, last.length));
      last = lastOf(rows(tokens.slice(-1)));
    }
    sequences.push({ kind: 'continuation', tokens, prompt: PROMPT_TOKENS });
  }
  closeSync(file);
  return sequences;
}

function compareWithOriginal(
  { logits }: FidelityQuestion,
  sequences: FidelitySequence[],
  runtime: OnnxRuntime,
  rows: Rows,
): Position[] {
  const file = openSync(logits, 'r');
  const positions: Position[] = [];
  const compare = (kind: Position['kind'], row: Float32Array) => {
    const original = new Float32Array(row.length);
    if (readSync(file, original) !== original.byteLength)
      throw problem('runtime-failed', { runtime: 'onnxruntime', reason: 'the graphs give logits of different widths' });
    positions.push({ kind, ...compareLogits(original, row) });
  };
  for (const { kind, tokens, prompt } of sequences) {
    runtime.rewind();
    if (kind === 'random') for (const row of rows(tokens)) compare(kind, row);
    else {
      compare(kind, answerTo(tokens.slice(0, prompt), runtime, rows));
      // Token by token, as the original generated them.
      for (const token of tokens.slice(prompt)) compare(kind, lastOf(rows([token])));
    }
  }
  closeSync(file);
  return positions;
}

/** The logits after a prompt, which is read as in a generation. */
function answerTo(prompt: number[], runtime: OnnxRuntime, rows: Rows): Float32Array {
  runtime.feed(BigInt64Array.from(prompt.slice(0, -1), BigInt));
  return lastOf(rows(prompt.slice(-1)));
}

function lastOf(rows: Generator<Float32Array>): Float32Array {
  let last: Float32Array | undefined;
  for (const row of rows) last = row;
  return last!;
}
