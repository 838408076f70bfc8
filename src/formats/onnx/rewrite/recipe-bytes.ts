// Makes the bytes of a recipe in chunks, in file order, so that a large tensor does not have to fit into memory.
import { deriveBytes } from '../prefill-graph.js';
import { bytesOfScales, integersOf, type ReadTensor, rowsOf, scalesOf } from './matrix.js';
import type { Matrix, Recipe } from './recipe.js';

const CHUNK_BYTES = 4 << 20;

export function* bytesOf(recipe: Recipe, read: ReadTensor): Generator<Uint8Array> {
  switch (recipe.kind) {
    case 'stored': {
      const { tensor } = recipe;
      for (let at = 0; at < tensor.data.bytes; at += CHUNK_BYTES)
        yield read(tensor, at, Math.min(CHUNK_BYTES, tensor.data.bytes - at));
      return;
    }
    case 'joined':
      for (const part of recipe.parts) yield* bytesOf(part, read);
      return;
    case 'derived': {
      const whole = (part: Recipe) => Buffer.concat([...bytesOf(part, read)]);
      yield deriveBytes(recipe.weight, whole(recipe.packed), whole(recipe.scales));
      return;
    }
    case 'blocks':
      for (const numbers of chunksOf(recipe.of, read))
        yield recipe.part === 'values'
          ? integersOf(numbers, recipe.format)
          : bytesOfScales(scalesOf(numbers, recipe.format), recipe.format);
  }
}

function* chunksOf(matrix: Matrix, read: ReadTensor): Generator<Float32Array> {
  const step = Math.max(1, Math.floor(CHUNK_BYTES / (4 * matrix.columns)));
  for (let row = 0; row < matrix.rows; row += step) yield rowsOf(matrix, row, Math.min(row + step, matrix.rows), read);
}
