// The view of a graph's facts, with what its products add up to. Pure.
import type { GraphFacts } from '../contract/graph-facts.js';
import type { ModelsInspectView } from '../contract/views/models-inspect.js';

export function inspectView(path: string, facts: GraphFacts, planned: boolean): ModelsInspectView {
  const { products, head } = facts.work;
  const operations = [...products, ...(head === null ? [] : [head])].reduce((sum, one) => sum + one.operations, 0);
  return { path, planned, ...facts, tokenOperations: facts.readsTokens ? operations : null };
}
