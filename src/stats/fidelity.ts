// Positions at which two graphs were compared → what they say together: how often the best token is the same, and how
// far the distributions are apart. As llama-perplexity reports --kl-divergence. Pure. Formulas: docs/tune.md.
import { FIDELITY_KINDS, type FidelityKind, type Position } from '../contract/fidelity.js';
import { median, quantile, samplesForPercentile } from './summary.js';

export interface Fidelity {
  kind: FidelityKind;
  positions: number;
  /** Share of positions with the same most likely token, and its 95 % interval. */
  sameTop1: { share: number; low: number; high: number };
  /** In nats. */
  divergence: { mean: number; standardError: number | null; median: number; p99: number | null; max: number };
}

export function fidelityOf(positions: readonly Position[]): Fidelity[] {
  return FIDELITY_KINDS.flatMap((kind) => {
    const own = positions.filter((position) => position.kind === kind);
    return own.length === 0 ? [] : [summaryOf(kind, own)];
  });
}

function summaryOf(kind: FidelityKind, positions: Position[]): Fidelity {
  const values = positions.map(({ divergence }) => divergence).sort((a, b) => a - b);
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = n < 2 ? null : values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return {
    kind,
    positions: n,
    sameTop1: wilson(positions.filter(({ same }) => same).length, n),
    divergence: {
      mean,
      standardError: variance === null ? null : Math.sqrt(variance / n),
      median: median(values),
      p99: n < samplesForPercentile(0.99) ? null : quantile(values, 0.99),
      max: values.at(-1)!,
    },
  };
}

const Z_975 = 1.959964;

/** Wilson's score interval of a share, which also holds where all or none agree. */
export function wilson(hits: number, n: number): { share: number; low: number; high: number } {
  const share = hits / n;
  const z2 = Z_975 ** 2;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z_975 / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
