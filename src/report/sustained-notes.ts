// The curve of a sustained workload below the table: bars for rate, temperature and clock, and what they say. Pure.
import type { RoundFigures, Sustained } from '../contract/views/rounds.js';
import type { ShowView } from '../contract/views/show.js';
import { present } from '../stats/present.js';
import { LEAST_WINDOWS, mean, WINDOW_SECONDS } from '../stats/sustained.js';
import { duration, number, plural } from './format.js';
import { caseLabel, type Labels } from './labels.js';

const WIDEST = 60;
/** Bars of temperature start at room temperature. */
const ROOM_CELSIUS = 20;

export function sustainedNotes({ cases }: Pick<ShowView, 'cases'>, labels: Labels): string[] {
  const sustained = cases.filter(({ key }) => key.workload.kind === 'sustained');
  return sustained.flatMap((result) =>
    result.rounds.flatMap((round) => {
      const who = present(
        cases.length > 1 && caseLabel(labels, result),
        result.rounds.length > 1 && `round ${round.index + 1}`,
      );
      return roundNotes(round, who.length === 0 ? '' : `${who.join(', ')}: `);
    }),
  );
}

function roundNotes({ sustained: curve }: RoundFigures, who: string): string[] {
  if (curve === null)
    return [`${who}No curve: it takes ${plural(LEAST_WINDOWS, 'window')} of ${WINDOW_SECONDS} s (--seconds 60).`];
  return [`${who}${sentence(curve)}`, ...plot(curve)];
}

function sentence(curve: Sustained): string {
  const { peakRate, sustainedRate, sustainedToPeak, throttledAfterSeconds, heatCountedAfterSeconds } = curve;
  const rates = `Decoding peaks at ${number(peakRate)} tok/s and sustains ${number(sustainedRate)}, ${Math.round(sustainedToPeak * 100)} % of it`;
  const fell =
    throttledAfterSeconds === null
      ? 'it does not stay below 90 % of the peak'
      : `from ${duration(throttledAfterSeconds * 1000)} on it stays below 90 % of the peak`;
  const heat =
    heatCountedAfterSeconds === null
      ? curve.countsHeat
        ? '; the processor counts no thermal throttling'
        : ''
      : `; the processor counts thermal throttling from ${duration(heatCountedAfterSeconds * 1000)} on`;
  return `${rates}: ${fell}${heat}.`;
}

function plot({ windows }: Sustained): string[] {
  const group = Math.max(1, Math.ceil(windows.length / WIDEST));
  const row = (name: string, values: (number | null)[], low: number, high: number, unit: string) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return [];
    const [first, last] = [number(known[0]!), number(known.at(-1)!)];
    return [`  ${name.padEnd(11)}  ${bars(thinned(values, WIDEST), low, high)}  ${first} → ${last} ${unit}`];
  };
  const rates = windows.map(({ tokensPerSecond }) => tokensPerSecond);
  const clocks = windows.map(({ mhz }) => mhz);
  const temperatures = windows.map(({ celsius }) => celsius);
  return [
    ...row('decode', rates, 0, Math.max(...rates), 'tok/s'),
    ...row('temperature', temperatures, ROOM_CELSIUS, 100, '°C'),
    ...row('clock', clocks, 0, Math.max(...clocks.map((mhz) => mhz ?? 0)), 'MHz'),
    `  each bar ${group * WINDOW_SECONDS} s; rate and clock from 0 to their highest, temperature from ${ROOM_CELSIUS} to 100 °C`,
  ];
}

const STEPS = [...'▁▂▃▄▅▆▇█'];

/** From `low` (the lowest bar) to `high` (the full one); unknown values leave a gap. */
export function bars(values: readonly (number | null)[], low: number, high: number): string {
  return values
    .map((value) => {
      if (value === null) return ' ';
      const share = high > low ? (value - low) / (high - low) : 1;
      return STEPS[Math.min(STEPS.length - 1, Math.max(0, Math.floor(share * STEPS.length)))];
    })
    .join('');
}

/** Averages neighbours until at most `most` values are left. */
export function thinned(values: readonly (number | null)[], most: number): (number | null)[] {
  const group = Math.max(1, Math.ceil(values.length / most));
  return Array.from({ length: Math.ceil(values.length / group) }, (_, i) =>
    mean(values.slice(i * group, (i + 1) * group).filter((value) => value !== null)),
  );
}
