// The router of a mixture of experts: which experts a token goes to, and the weight of each.
import type { Experts } from '../plan.js';
import { type Block, type Composition, constant } from './composition.js';
import { linear } from './linear.js';

export type ExpertsBlock = Omit<Block<Experts>, 'wantedOnly'> & { node: string };

export interface Routes {
  /** [tokens, experts]: the experts with the largest values are taken. */
  choice: string;
  /** [tokens, experts]: the weight of an expert where it is taken, not yet normalised. */
  scores: string;
  /** int64 [tokens, per token]: the chosen experts. */
  experts(): string;
  /** [tokens, per token]: their weights. Needs `experts()` to be called before. */
  weights(): string;
}

/** Added to the score of scheduled experts: far above any score, and exact in half precision. */
const SCHEDULED = 1000;
/** The score of experts whose group was not kept: below any other, but a scheduled expert still wins. */
const NOT_KEPT = -100;
/** Attributes of a TopK. */
const LARGEST_FIRST = { axis: -1, largest: 1, sorted: 1 };

export function route(c: Composition, p: ExpertsBlock & { schedule: string | null }): Routes {
  const { b } = c;
  const { count, perToken, router } = p.plan;
  const node = `${p.node}/router`;
  const weight = `model.layers.${p.layer}.moe.router`;
  const vector = (name: string, positive: boolean) =>
    b.weight(`${weight}.${name}`, c.precision.activation, [count], { kind: 'float', exponent: -6, positive });
  // Quantisers leave the router in float, because it is small and decides which experts are used.
  let logits = linear(b, { kind: 'float' }, c.precision.activation, {
    node: `${node}/MatMul`,
    weight: `${weight}.MatMul.weight`,
    input: p.input,
    k: c.plan.hidden,
    n: count,
  });
  if (router.bias) logits = b.node('Add', `${node}/Add`, [logits, vector('Add.bias', false)]);
  const scores =
    router.scoring === 'softmax'
      ? b.node('Softmax', `${node}/Softmax`, [logits], { axis: -1 })
      : b.node('Sigmoid', `${node}/Sigmoid`, [logits]);
  let choice = scores;
  if (router.correction) {
    choice = b.node('Add', `${node}/correction/Add`, [choice, vector('e_score_correction_bias', true)]);
  }
  if (router.groups !== undefined) choice = keptGroups(c, { node, plan: p.plan, choice });
  if (p.schedule !== null) {
    const scheduled = b.node('Mul', `${node}/schedule/Mul`, [p.schedule, constant(c, SCHEDULED)]);
    choice = b.node('Add', `${node}/schedule/Add`, [choice, scheduled]);
  }
  const rows = (name: string, value: string) =>
    b.node('Reshape', `${node}/${name}/Reshape`, [value, b.int64(`tokens_of_${count}`, [-1, count])]);
  const routes = { choice: rows('choice', choice), scores: rows('scores', scores) };
  const chosen = `${node}/chosen`;
  return {
    ...routes,
    experts() {
      const inputs = [routes.choice, b.int64(`per_token_${perToken}`, [perToken])];
      b.node('TopK', `${node}/TopK`, inputs, LARGEST_FIRST, [`${node}/chosen_values`, chosen]);
      return chosen;
    },
    weights() {
      const taken = b.node('GatherElements', `${node}/GatherElements`, [routes.scores, chosen], { axis: 1 });
      if (!router.normalized) return taken;
      const sum = b.node('ReduceSum', `${node}/ReduceSum`, [taken, b.int64('axis_1', [1])], { keepdims: 1 });
      return b.node('Div', `${node}/Div`, [taken, sum]);
    },
  };
}

/** Excludes experts outside the best groups. A group is rated by its best expert, or by the sum of its best two. */
function keptGroups(c: Composition, p: { node: string; plan: Experts; choice: string }): string {
  const { b } = c;
  const { count, router } = p.plan;
  const groups = router.groups!;
  const node = `${p.node}/groups`;
  const size = count / groups.count;
  const shape = b.int64(`groups_${groups.count}_of_${size}`, [-1, groups.count, size]);
  const grouped = b.node('Reshape', `${node}/Reshape_1`, [p.choice, shape]);
  const top = (name: string, input: string, k: number) => {
    const outputs: [string, string] = [`${node}/${name}/values`, `${node}/${name}/indices`];
    b.node('TopK', `${node}/${name}/TopK`, [input, b.int64(`best_${k}`, [k])], LARGEST_FIRST, outputs);
    return outputs;
  };
  const [best] = top('best', grouped, groups.by === 'best' ? 1 : 2);
  const merit = b.node('ReduceSum', `${node}/ReduceSum`, [best, b.int64('axis_last', [-1])], { keepdims: 0 });
  const [, kept] = top('kept', merit, groups.kept);
  const dropped = b.node('Sub', `${node}/Sub`, [merit, merit]);
  const ones = b.node('Expand', `${node}/Expand`, [constant(c, 1), b.node('Shape', `${node}/Shape_1`, [kept])]);
  const mask = b.node('ScatterElements', `${node}/ScatterElements`, [dropped, kept, ones], { axis: 1 });
  const open = b.node('Unsqueeze', `${node}/Unsqueeze`, [mask, b.int64('axis_last', [-1])]);
  const eligible = b.node('Cast', `${node}/Cast`, [open], { to: 9 });
  const limited = b.node('Where', `${node}/Where`, [eligible, grouped, constant(c, NOT_KEPT)]);
  return b.node('Reshape', `${node}/Reshape_2`, [limited, b.node('Shape', `${node}/Shape_2`, [p.choice])]);
}
