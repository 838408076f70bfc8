// Lays out a rewritten graph for writing: which tensors go into its data file, where, and how their bytes are made from
// the files of the source.
import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { problem } from '../errors.js';
import { nextPage } from '../formats/onnx/external-data.js';
import type { Initializer } from '../formats/onnx/model.js';
import { prefillGraph } from '../formats/onnx/prefill-graph.js';
import type { Draft } from '../formats/onnx/rewrite/draft.js';
import type { ReadTensor } from '../formats/onnx/rewrite/matrix.js';
import type { Recipe } from '../formats/onnx/rewrite/recipe.js';

interface PlacedRecipe {
  offset: number;
  bytes: number;
  recipe: Recipe;
}

/** Moves all large tensors to the data file `location`; `placed` is its content in the order of offsets. */
export function placeTensors(draft: Draft, location: string) {
  const { model, made } = draft;
  const placed: PlacedRecipe[] = [];
  let end = 0;
  const initializers = model.initializers.map((tensor): Initializer => {
    const { data } = tensor;
    const recipe = made.get(tensor.name);
    // Small tensors stay in the graph, and so do those with values in typed fields (int64_data …).
    if (recipe === undefined && data.kind === 'inline' && (data.data !== null || data.at === undefined)) return tensor;
    const offset = nextPage(end);
    end = offset + data.bytes;
    placed.push({ offset, bytes: data.bytes, recipe: recipe ?? { kind: 'stored', tensor } });
    return { ...tensor, data: { kind: 'external', location, offset, bytes: data.bytes } };
  });
  const whole = { ...model, initializers };
  const prefill = draft.prefillGraph ? prefillGraph(whole, location, end) : null;
  if (prefill === null) return { model: whole, prefill, placed, bytes: end };
  const recipeOf = (name: string): Recipe =>
    made.get(name) ?? { kind: 'stored', tensor: model.initializers.find((tensor) => tensor.name === name)! };
  const derived = prefill.derived.map((weight): PlacedRecipe => {
    const [packed, scales] = [recipeOf(weight.from.weight), recipeOf(weight.from.scales)];
    return { offset: weight.offset, bytes: weight.bytes, recipe: { kind: 'derived', weight, packed, scales } };
  });
  return { model: whole, prefill: prefill.model, placed: [...placed, ...derived], bytes: prefill.bytes };
}

/** Reads tensors of the graph at `path` and of its data files. Throws file-unreadable where one is too short. */
export function openTensors(path: string): { read: ReadTensor; close(): void } {
  const files = new Map<string, number>();
  const fileOf = (name: string) => {
    const file = files.get(name) ?? openSync(name, 'r');
    files.set(name, file);
    return file;
  };
  return {
    read({ data, name }, start, length) {
      if (data.kind === 'inline' && data.data !== null) return data.data.subarray(start, start + length);
      const external = data.kind === 'external';
      const from = external ? join(dirname(path), data.location) : path;
      const at = (external ? data.offset : data.at!) + start;
      const bytes = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const count = readSync(fileOf(from), bytes, done, length - done, at + done);
        if (count === 0) throw problem('file-unreadable', { path: from, reason: `tensor "${name}" passes its end` });
        done += count;
      }
      return bytes;
    },
    close: () => {
      for (const file of files.values()) closeSync(file);
    },
  };
}
