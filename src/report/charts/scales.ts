// Scales with their ticks: from zero where values are of one size, logarithmic where they span orders. Pure.
import { ticks as evenTicks } from 'd3-array';
import { scaleLinear, scaleLog, scaleUtc } from 'd3-scale';

export interface TickedScale {
  (value: number): number;
  ticks: number[];
  isLog: boolean;
}

/** Beyond this ratio of the largest to the least value, what is small would vanish. */
const WIDEST_LINEAR = 20;

export function zeroScale(most: number, range: [number, number], count = 5): TickedScale {
  const scale = scaleLinear([0, most > 0 ? most : 1], range).nice(count);
  return Object.assign((value: number) => scale(value), { ticks: scale.ticks(count), isLog: false });
}

/** `values` are positive. */
export function logScale(values: readonly number[], range: [number, number], most = 6): TickedScale {
  const [low, high] = [least(values) * 0.8, largest(values) * 1.25];
  const scale = scaleLog([low, high], range);
  const candidates = [[1, 2, 5], [1, 3], [1]].map((digits) => ticksOf(low, high, digits));
  const fitting = candidates.find((list) => list.length <= most) ?? thin(candidates.at(-1)!, most);
  const ticks = fitting.length > 2 ? fitting : evenTicks(low, high, 4);
  return Object.assign((value: number) => scale(value), { ticks, isLog: true });
}

export function fittingScale(values: readonly number[], range: [number, number], widest = WIDEST_LINEAR): TickedScale {
  const positive = values.filter((value) => value > 0);
  const isWide = positive.length > 0 && largest(positive) / least(positive) > widest;
  return isWide ? logScale(positive, range) : zeroScale(largest(values) * 1.05, range);
}

/** Where three dates stand without touching each other or the frame. */
const DATES_AT = [0.14, 0.5, 0.86];

/** Hours within two days, else dates; all in UTC. */
export function timeScale(times: readonly number[], range: [number, number]) {
  const [from, to] = [least(times), largest(times)];
  const scale = scaleUtc([from, to === from ? to + 1 : to], range);
  const isShort = to - from < 2 * 86_400_000;
  return Object.assign((time: number) => scale(time), {
    ticks: DATES_AT.map((share) => from + share * (to - from)),
    format: (time: number) => {
      const text = new Date(time).toISOString();
      return isShort ? text.slice(11, 16) : text.slice(0, 10);
    },
  });
}

function ticksOf(low: number, high: number, digits: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const digit of digits) ticks.push(Number((digit * 10 ** power).toPrecision(1)));
  return ticks.filter((value) => value >= low && value <= high);
}

function thin(ticks: readonly number[], most: number): number[] {
  const step = Math.ceil(ticks.length / most);
  return ticks.filter((_, i) => i % step === 0);
}

/** Not `Math.min(...values)`, which fails for a hundred thousand of them. */
function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
