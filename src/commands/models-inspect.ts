// `models inspect`: what a graph says of itself, for any ONNX or GGUF file or a checkpoint on this disk.
import { join } from 'node:path';
import type { Dtype } from '../contract/dtypes.js';
import type { Layout } from '../contract/layouts.js';
import type { Weights } from '../contract/vocabulary.js';
import { problem } from '../errors.js';
import { cacheDirectory } from '../models/cache.js';
import { listCheckpoints } from '../models/checkpoint.js';
import { factsOf, locateReal } from '../models/locate-real.js';
import { resolveReference } from '../models/reference.js';
import { inspectPage } from '../report/inspect-page.js';
import { inspectView } from '../stats/inspect-view.js';
import { outputFormat, printPage } from './terminal.js';

interface Variant {
  weights?: Weights;
  layout: Layout;
  dtype: Dtype;
}

export function inspectModel(fileOrModel: string, options: Variant & { output: string }): number {
  const format = outputFormat(options.output);
  const path = graphPath(fileOrModel, options);
  printPage(inspectPage(inspectView(path, factsOf(path))), format);
  return 0;
}

function graphPath(name: string, { weights, layout, dtype }: Variant): string {
  const reference = resolveReference(name);
  if (reference.kind === 'onnx' || reference.kind === 'gguf') return reference.path;
  if (reference.kind === 'registry' && weights !== 'real') return syntheticGraph(reference.model.id, layout, dtype);
  const { directory, graph } = locateReal(name, reference, dtype, cacheDirectory());
  return join(directory, graph);
}

function syntheticGraph(id: string, layout: Layout, dtype: string): string {
  const found = listCheckpoints(cacheDirectory()).find(
    ({ manifest }) =>
      manifest.weights === 'synthetic' &&
      manifest.tuned === undefined &&
      manifest.model === id &&
      manifest.layout === layout &&
      manifest.dtype === dtype,
  );
  if (found !== undefined) return found.graph;
  const command = `edgeproof models synthesize ${id} --layout ${layout} --dtype ${dtype}`;
  throw problem('checkpoint-missing', { name: `${id} ${layout} ${dtype}`, command });
}
