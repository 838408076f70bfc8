// `models inspect`: what a graph says of itself, for any ONNX or GGUF file, a checkpoint on this disk, or a model whose
// synthetic checkpoint is only planned.
import { join } from 'node:path';
import type { Dtype } from '../contract/dtypes.js';
import type { GraphFacts } from '../contract/graph-facts.js';
import type { Layout } from '../contract/layouts.js';
import type { Weights } from '../contract/vocabulary.js';
import { cacheDirectory } from '../models/cache.js';
import { plannedFacts } from '../models/checkpoint-plan.js';
import { factsOf, locateReal } from '../models/locate-real.js';
import { resolveReference } from '../models/reference.js';
import { openSources } from '../models/source.js';
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
  const planned = factsFromPlan(fileOrModel, options);
  if (planned !== null) printPage(inspectPage(inspectView(planned.name, planned.facts, true)), format);
  else {
    const path = graphPath(fileOrModel, options);
    printPage(inspectPage(inspectView(path, factsOf(path), false)), format);
  }
  return 0;
}

/** null for a model whose files are on this disk. */
function factsFromPlan(name: string, variant: Variant): { name: string; facts: GraphFacts } | null {
  const { kind } = resolveReference(name);
  if (variant.weights === 'real' || (kind !== 'registry' && kind !== 'config')) return null;
  const { layout, dtype } = variant;
  const source = openSources().sourceOf({ model: name, weights: 'synthetic', layout, dtype });
  return source.weights === 'real' ? null : { name: source.name, facts: plannedFacts(source) };
}

function graphPath(name: string, { dtype }: Variant): string {
  const reference = resolveReference(name);
  if (reference.kind === 'onnx' || reference.kind === 'gguf') return reference.path;
  const { directory, graph } = locateReal(name, reference, dtype, cacheDirectory());
  return join(directory, graph);
}
