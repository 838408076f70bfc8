// The energy of one round, stretch by stretch: the parent reports when a phase begins and when an iteration is over.
// What happens between two iterations (garbage collection, drawing the next prompt) belongs to neither of them.
import { roundMs } from '../../contract/document-text.js';
import type { IdlePower, MeteredEnergy, Stretch, Unmetered } from '../../contract/energy.js';
import { type Joules, type Meter, rounded, unmetered } from './meter.js';

/** Tokens of an iteration by phase: those of the prompt, and those generated after the first. Empty for micro workloads. */
export type TokensByPhase = Partial<Record<string, number>>;

export type EnergySource = { meter: Meter; idle: IdlePower | null } | Unmetered;

export interface EnergyAccount {
  enter(phase: string): void;
  iteration(kind: 'warmup' | 'timed', tokens: TokensByPhase): void;
  finish(): Promise<MeteredEnergy | Unmetered>;
}

interface Span extends Pick<Stretch, 'phase' | 'kind' | 'tokens'> {
  startMs: number;
  endMs: number;
}

const BEFORE_ITERATIONS = ['load', 'depth'];

export function accountEnergy(source: EnergySource): EnergyAccount {
  if (!('meter' in source)) return { enter() {}, iteration() {}, finish: async () => source };
  const { meter } = source;
  const spans: Span[] = [];
  let sinceIteration: Span[] = [];
  let open: { phase: string; startMs: number } | null = null;

  const close = (): number => {
    const endMs = meter.read();
    if (open !== null) sinceIteration.push({ ...open, kind: null, endMs, tokens: null });
    open = null;
    return endMs;
  };
  return {
    enter(phase) {
      open = { phase, startMs: close() };
    },
    iteration(kind, tokens) {
      close();
      for (const span of sinceIteration) {
        const isBefore = BEFORE_ITERATIONS.includes(span.phase);
        spans.push(isBefore ? span : { ...span, kind, tokens: tokens[span.phase] ?? null });
      }
      sinceIteration = [];
    },
    async finish() {
      await meter.known(spans.at(-1)?.endMs ?? 0);
      return settle(source, spans);
    },
  };
}

function settle({ meter, idle }: { meter: Meter; idle: IdlePower | null }, spans: Span[]): MeteredEnergy | Unmetered {
  const stretches: Stretch[] = [];
  for (const { phase, kind, startMs, endMs, tokens } of spans) {
    const joules = meter.usedBetween(startMs, endMs);
    if (typeof joules === 'string') return unmetered(joules);
    stretches.push({ phase, kind, ms: roundMs(endMs - startMs), tokens, joules: roundedByDomain(joules) });
  }
  const { tier, source, updateMs } = meter;
  return { tier, source, updateMs, idle, stretches, whole: wholeOf(meter, spans) };
}

function wholeOf(meter: Meter, spans: Span[]): MeteredEnergy['whole'] {
  const timed = spans.filter(({ kind }) => kind === 'timed');
  if (timed.length === 0) return null;
  const [startMs, endMs] = [timed[0]!.startMs, timed.at(-1)!.endMs];
  // The first token of an iteration belongs to its prefill.
  const generated = timed.filter(({ phase }) => phase === 'decode').map(({ tokens }) => (tokens ?? -1) + 1);
  const tokens = generated.reduce((sum, count) => sum + count, 0);
  const joules = meter.usedBetween(startMs, endMs);
  return tokens === 0 || typeof joules === 'string'
    ? null
    : { ms: roundMs(endMs - startMs), tokens, joules: roundedByDomain(joules) };
}

function roundedByDomain(joules: Joules): Joules {
  return Object.fromEntries(Object.entries(joules).map(([domain, value]) => [domain, rounded(value)]));
}
