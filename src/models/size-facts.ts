// What a model weighs, without building its graph: layers that are alike count alike, and so do experts, so that the facts
// of a decoder of any size follow from those of a few small ones. `fit` reads a model of 671B in milliseconds this way.
import type { GraphFacts } from '../contract/graph-facts.js';
import type { SizeFacts } from '../contract/size-facts.js';
import type { AttentionWork, Product, Work } from '../contract/work.js';
import type { Experts, LayerPlan } from '../networks/plan.js';
import { decoderFacts, describedDecoder, type UnseededSpec } from './checkpoint-plan.js';

/** The counts of a graph by name, so that graphs can be added. */
type Counts = Map<string, number>;

/**
 * The same numbers as of the whole graph, with experts that a router chooses. Throws as planCheckpoint does.
 *
 * B has one layer of each kind, and few experts in each. Another layer of a kind adds the same wherever it stands, so that
 * all layers make T = B + Σ (copies − 1) × (B with that kind twice − B). Another group of experts in every layer adds the
 * same each time: T + steps × (T with one more − T).
 */
export function sizeFacts(spec: UnseededSpec): SizeFacts {
  const described = describedDecoder(spec);
  const kinds = kindsOf(described.decoder.layers);
  const steps = [...new Set(kinds.flatMap(({ layer: { mlp } }) => (mlp.kind === 'experts' ? [stepsOf(mlp)] : [])))];
  const facts = (layers: LayerPlan[]) => decoderFacts(spec, described, { ...described.decoder, layers });
  if (steps.length > 1) return sizeIn(facts(described.decoder.layers));
  const small = kinds.map(({ layer, copies }) => ({ layer: withExperts(layer, 0), copies }));
  const first = facts(small.map(({ layer }) => layer));
  const total = allLayers(small, first, facts);
  if (steps[0] !== undefined && steps[0] > 0) {
    const larger = kinds.map(({ layer, copies }) => ({ layer: withExperts(layer, 1), copies }));
    const more = allLayers(larger, facts(larger.map(({ layer }) => layer)), facts);
    add(total, difference(more, total), steps[0]);
  }
  return factsFrom(total, first);
}

interface Kind {
  layer: LayerPlan;
  copies: number;
}

function allLayers(kinds: Kind[], first: GraphFacts, facts: (layers: LayerPlan[]) => GraphFacts): Counts {
  const layers = kinds.map(({ layer }) => layer);
  const base = countsOf(first);
  const total = new Map(base);
  for (const { layer, copies } of kinds) {
    if (copies > 1) add(total, difference(countsOf(facts([...layers, layer])), base), copies - 1);
  }
  return total;
}

function kindsOf(layers: LayerPlan[]): Kind[] {
  const copies = new Map<string, number>();
  for (const layer of layers.map((plan) => JSON.stringify(plan))) copies.set(layer, (copies.get(layer) ?? 0) + 1);
  return [...copies].map(([layer, count]) => ({ layer: JSON.parse(layer) as LayerPlan, copies: count }));
}

/** Experts come in whole groups, of which enough are kept to choose from. */
function fewestExperts({ router, perToken }: Experts): { fewest: number; group: number } {
  const { count, kept } = router.groups ?? { count: 1, kept: 1 };
  return { fewest: count * Math.max(2, Math.ceil(perToken / kept)), group: count };
}

/** How many times a group's worth of experts must be added to the fewest. */
function stepsOf(mlp: Experts): number {
  const { fewest, group } = fewestExperts(mlp);
  return (mlp.count - fewest) / group;
}

function withExperts(layer: LayerPlan, steps: number): LayerPlan {
  if (layer.mlp.kind !== 'experts') return layer;
  const { fewest, group } = fewestExperts(layer.mlp);
  return { ...layer, mlp: { ...layer.mlp, count: fewest + steps * group } };
}

function countsOf({ parameters, parametersActive, weightBytes, kv, work }: GraphFacts): Counts {
  const counts = new Map(Object.entries({ parameters, parametersActive, weightBytes, tokenBytes: work.tokenBytes }));
  counts.set('kvBytesPerToken', kv?.bytesPerToken ?? 0);
  for (const { operations, ...product } of work.products) counts.set(`product ${JSON.stringify(product)}`, operations);
  for (const { layers, ...group } of work.attention) counts.set(`attention ${JSON.stringify(group)}`, layers);
  return counts;
}

/** The head is the same whatever the layers are. */
function factsFrom(counts: Counts, { head, work: first }: GraphFacts): SizeFacts {
  const named = <T>(kind: string) =>
    [...counts].flatMap(([name, count]) =>
      name.startsWith(`${kind} `)
        ? [{ count: Math.round(count), ...(JSON.parse(name.slice(kind.length + 1)) as T) }]
        : [],
    );
  const work: Work = {
    tokenBytes: Math.round(counts.get('tokenBytes')!),
    products: named<Omit<Product, 'operations'>>('product').map(({ count, ...rest }) => ({
      ...rest,
      operations: count,
    })),
    head: first.head,
    attention: named<Omit<AttentionWork, 'layers'>>('attention').map(({ count, ...rest }) => ({
      layers: count,
      ...rest,
    })),
  };
  const whole = (name: string) => Math.round(counts.get(name)!);
  return {
    parameters: whole('parameters'),
    parametersActive: whole('parametersActive'),
    weightBytes: whole('weightBytes'),
    kvBytesPerToken: whole('kvBytesPerToken'),
    tiedHead: head?.tied ?? false,
    work,
  };
}

/** The facts of a graph that was built whole. */
function sizeIn(facts: GraphFacts): SizeFacts {
  return factsFrom(countsOf(facts), facts);
}

function add(to: Counts, counts: Counts, times: number): void {
  for (const [name, count] of counts) to.set(name, (to.get(name) ?? 0) + times * count);
}

function difference(counts: Counts, base: Counts): Counts {
  return new Map([...counts].map(([name, count]) => [name, count - (base.get(name) ?? 0)]));
}
