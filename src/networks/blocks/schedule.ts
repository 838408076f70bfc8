// A schedule names the experts that each position of a synthetic mixture of experts uses, as random router weights
// would choose unevenly. The rest of the graph, the router included, is computed as always.
import type { Routing } from '../../contract/vocabulary.js';
import type { DecoderPlan } from '../plan.js';
import { type Composition, sequencePositions } from './composition.js';

/** A skewed schedule repeats after this many positions. */
const SKEWED_ROWS = 512;

/** The experts of each position; position p uses row p modulo the number of rows. */
export function scheduleRows(routing: Exclude<Routing, 'router'>, count: number, perToken: number): number[][] {
  const first = Array.from({ length: perToken }, (_, i) => i);
  switch (routing) {
    case 'one':
      return [first];
    case 'balanced':
      return Array.from({ length: count / divisor(count, perToken) }, (_, row) =>
        first.map((i) => (row * perToken + i) % count),
      );
    case 'skewed':
      return Array.from({ length: SKEWED_ROWS }, (_, row) => drawn(row, count, perToken));
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** Draws `perToken` different experts, expert e with weight 1 / (e + 1). */
function drawn(row: number, count: number, perToken: number): number[] {
  const left = new Set(Array.from({ length: count }, (_, e) => e));
  return Array.from({ length: perToken }, (_, draw) => {
    let rest = fraction(row * perToken + draw) * [...left].reduce((sum, e) => sum + 1 / (e + 1), 0);
    const found = [...left].find((e) => {
      rest -= 1 / (e + 1);
      return rest < 0;
    });
    const expert = found ?? Math.max(...left);
    left.delete(expert);
    return expert;
  });
}

/** Evenly distributed points of [0, 1): the fractional parts of multiples of the golden ratio. */
function fraction(i: number): number {
  return ((i + 0.5) * 0.6180339887498949) % 1;
}

/** [1, tokens, experts]: 1 for scheduled experts, else 0; shared by all layers. null where the router chooses. */
export function routingSchedule(
  c: Pick<Composition, 'b' | 'lengths' | 'precision'>,
  plan: DecoderPlan,
  routing: Routing,
): string | null {
  const mlp = plan.layers.map((layer) => layer.mlp).find((candidate) => candidate.kind === 'experts');
  if (mlp === undefined || routing === 'router') return null;
  const rows = scheduleRows(routing, mlp.count, mlp.perToken);
  const node = '/model/routing';
  const table = c.b.weight('routing_schedule', 'bool', [rows.length, mlp.count], { kind: 'marks', rows });
  const length = c.b.int64('routing_rows', [rows.length]);
  const row = c.b.node('Mod', `${node}/Mod`, [sequencePositions(c), length]);
  const picked = c.b.node('Gather', `${node}/Gather`, [table, row], { axis: 0 });
  const batch = c.b.node('Unsqueeze', `${node}/Unsqueeze`, [picked, c.b.int64('axis_0', [0])]);
  return c.b.node('Cast', `${node}/Cast`, [batch], { to: c.precision.activation === 'float16' ? 10 : 1 });
}
