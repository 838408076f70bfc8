// `models inspect`: what a graph says of itself, for any ONNX file or a checkpoint of the cache.
import { existsSync, statSync } from 'node:fs';
import { problem } from '../errors.js';
import type { Dtype, Layout } from '../models/architectures/linear.js';
import { cacheDirectory } from '../models/cache.js';
import { listCheckpoints } from '../models/checkpoint.js';
import { modelById } from '../models/registry.js';
import { graphFacts } from '../onnx/facts.js';
import { readModel } from '../onnx/read.js';
import { factsView } from '../report/facts-view.js';
import { outputFormat, printView } from './terminal.js';

interface Variant {
  layout: Layout;
  dtype: Dtype;
}

export function inspectModel(fileOrModel: string, options: Variant & { output: string }): number {
  const format = outputFormat(options.output);
  const path = graphPath(fileOrModel, options);
  printView(factsView(path, graphFacts(readModel(path))), format);
  return 0;
}

function graphPath(fileOrModel: string, variant: Variant): string {
  if (existsSync(fileOrModel) && statSync(fileOrModel).isFile()) return fileOrModel;
  if (/[/\\]|\.onnx$/.test(fileOrModel))
    throw problem('file-unreadable', { path: fileOrModel, reason: 'no such file' });
  const { id } = modelById(fileOrModel);
  const found = listCheckpoints(cacheDirectory()).find(
    ({ manifest }) => manifest.model === id && manifest.layout === variant.layout && manifest.dtype === variant.dtype,
  );
  if (found !== undefined) return found.graph;
  const command = `edgeproof models synthesize ${id} --layout ${variant.layout} --dtype ${variant.dtype}`;
  throw problem('checkpoint-missing', { name: `${id} ${variant.layout} ${variant.dtype}`, command });
}
