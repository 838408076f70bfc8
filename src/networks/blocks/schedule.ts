// Which experts a synthetic mixture of experts uses: random router weights would decide by chance, and unevenly.
// A schedule names the experts of each position; everything else of the graph, router included, is computed as ever.

import type { Routing } from '../../contract/routings.js';
import type { DecoderPlan } from '../plan.js';
import type { Composition } from './composition.js';
import { sequencePositions } from './positions.js';

/** Positions after which a skewed schedule repeats. */
const SKEWED_ROWS = 512;

/** For each position, counted modulo the length of the list, the experts of its token. */
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

/** `perToken` different experts, each draw weighted by 1 / (e + 1). */
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

/** Points that fill [0, 1) evenly: multiples of the golden ratio, less their whole parts. */
function fraction(i: number): number {
  return ((i + 0.5) * 0.6180339887498949) % 1;
}

/** [1, tokens, experts]: 1 where the schedule wants an expert, else 0. All layers share it. */
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
