// What the limits of each case did: it loads and runs, how much slower, it swaps, it is held back, or it runs out of
// memory. Pure.
import type { CaseKey } from '../contract/case-key.js';
import type { Limits } from '../contract/limits.js';
import type { CaseLimitEffects, CaseView, Scaled } from '../contract/views/show.js';
import { present } from '../stats/present.js';
import { limitDimensions } from '../suite/case-id.js';
import { bytes, count, number, plural } from './format.js';
import { workloadLabel } from './labels.js';

/** The minimum effect of speeds. */
const WORTH_A_WORD = 1.03;

export function limitNotes(cases: readonly CaseView[]): string[] {
  return cases.flatMap((result) => {
    const { limitEffects, key, rounds, failures } = result;
    if (limitEffects === null) return [];
    const { throttledShare, uncountedFileBytes, method } = limitEffects;
    const did = present(
      memoryWords(limitEffects, rounds.length + failures.filter(({ isRetried }) => !isRetried).length),
      slowerWords(result, cases),
      throttledShare !== null &&
        `the quota holds it back in up to ${Math.round(throttledShare * 100)} % of its periods`,
      uncountedFileBytes > 0 && `${bytes(uncountedFileBytes)} of its files stayed in the page cache and did not count`,
      `held by ${method}`,
    );
    return [
      `${limitWords(key.limits!)} (${workloadLabel(key)}): ${did.join('; ')}.`,
      ...(result.scaled === null ? [] : [`${workloadLabel(key)}: ${scaledWords(result.scaled)}`]),
    ];
  });
}

/** Kept, because every case is asked for its twin among all. */
const unlimitedNames = new WeakMap<CaseKey, string>();

function unlimitedName({ key }: CaseView): string {
  const { limits: _, ...others } = key;
  const name = unlimitedNames.get(key) ?? JSON.stringify(others);
  unlimitedNames.set(key, name);
  return name;
}

/** The case with the widest limits, or none, among those that differ from this one in their limits alone. */
export function widestTwin(result: CaseView, cases: readonly CaseView[]): CaseView {
  const name = unlimitedName(result);
  const twins = cases.filter((other) => other.wholeMs !== null && unlimitedName(other) === name);
  const width = ({ key: { limits } }: CaseView) => [
    limits?.memoryBytes ?? Number.POSITIVE_INFINITY,
    limits?.cpuQuota ?? Number.POSITIVE_INFINITY,
    limits?.cpus === undefined ? 1 : 0,
  ];
  const isWider = (a: CaseView, b: CaseView) => {
    const [one, other] = [width(a), width(b)];
    const place = one.findIndex((value, i) => value !== other[i]);
    return place !== -1 && one[place]! > other[place]!;
  };
  return twins.reduce((widest, other) => (isWider(other, widest) ? other : widest), result);
}

/** `6.1 × slower than without limits`; null where there is nothing to compare with, or no difference worth a word. */
export function slowerWords(result: CaseView, cases: readonly CaseView[]): string | null {
  const twin = widestTwin(result, cases);
  if (twin === result || result.wholeMs === null) return null;
  const than = twin.key.limits === undefined ? 'without limits' : `with ${limitWords(twin.key.limits)}`;
  const ratio = result.wholeMs.median / twin.wholeMs!.median;
  return ratio < WORTH_A_WORD ? `as fast as ${than}` : `${number(ratio)} × slower than ${than}`;
}

/** `memory-limit 2GB, cpu-quota 1.5` */
export function limitWords(limits: Limits): string {
  return Object.entries(limitDimensions(limits))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** What of a device is emulated, and what is only scaled. */
function scaledWords({ name, memoryBytes, cores, deviceCores, decode, prefill }: Scaled): string {
  const emulated = `memory (${bytes(memoryBytes)}) and ${cores === deviceCores ? plural(cores, 'core') : `${cores} of its ${plural(deviceCores, 'core')}`} of ${name} are emulated, and rates above are measured so`;
  const scaled = present(
    decode !== null && `to its bandwidth (${ratioWords(decode, 'GB/s')}) decode ${number(decode.rate)} tok/s`,
    prefill !== null && `to its matrix rate (${ratioWords(prefill, 'Gop/s')}) prefill ${number(prefill.rate)} tok/s`,
  );
  return `${emulated}.${scaled.length === 0 ? '' : ` Scaled, not measured: ${scaled.join('; ')}.`}`;
}

function ratioWords({ own, device }: NonNullable<Scaled['decode']>, unit: string): string {
  return `${number(device / 1e9)} ${unit} instead of ${number(own / 1e9)}`;
}

/** null where memory is not limited. */
function memoryWords(effects: CaseLimitEffects, rounds: number): string | null {
  const { limitsMemory, outOfMemoryRounds: starved, peakBytes, swapPeakBytes, limitHits } = effects;
  if (!limitsMemory) return null;
  const often = starved < rounds ? ` in ${starved} of ${plural(rounds, 'round')}` : '';
  const words = present(
    starved === 0 ? 'loads and runs' : `runs out of memory${often}`,
    peakBytes !== null && `takes up to ${bytes(peakBytes)}`,
    swapPeakBytes !== null && swapPeakBytes > 0 && `swaps up to ${bytes(swapPeakBytes)}`,
    limitHits !== null && limitHits > 0 && `reaches its limit up to ${count(limitHits)} times a round`,
  );
  return words.join(', ');
}
