// All cases of a comparison together, in words; of two machines also how well each is used. Pure.
import type { CompareView, GeometricMean } from '../contract/views/compare.js';
import type { PhaseWithCeiling } from '../contract/views/figures.js';
import { METRICS } from '../stats/metrics.js';
import { signedPercent } from './format.js';
import { caseLabel, type Labels } from './labels.js';

export function meanNotes({ means, cases }: CompareView): string[] {
  if (means.length === 0) return [];
  const areTwoSittings = cases.some(
    (entry) => entry.status === 'compared' && entry.changes.some(({ sittings }) => sittings !== null),
  );
  const counts = new Set(means.map(({ cases }) => cases));
  const texts = means.map((mean) => {
    const own = counts.size > 1 ? `, ${mean.cases} cases` : '';
    return `${METRICS[mean.metric].title} ${meanText(mean)}${own}`;
  });
  const of = counts.size > 1 ? '' : ` of ${means[0]!.cases} cases`;
  const limits = areTwoSittings
    ? '95 % intervals by rounds alone; two sittings differ by more'
    : '95 % intervals by rounds';
  return [`Geometric mean${of}: ${texts.join('; ')} (${limits}).`];
}

/** `−4.0 % (−4.6 to −3.4 %)`, and in a cell of a table `−4.0 % ± 0.6 %`. */
export function meanText({ change, interval95 }: GeometricMean): string {
  if (interval95 === null) return signedPercent(change);
  const [low, high] = [interval95.low, interval95.high].map(signedPercent);
  return `${signedPercent(change)} (${low!.replace(' %', '')} to ${high})`;
}

/** How much faster another machine is, and how much of what it can do is used: of all cases, or of the only one. */
export function machineNotes(view: CompareView, labels: Labels): string[] {
  if (view.means.some(({ ofCeiling }) => ofCeiling !== null))
    return view.means.flatMap(({ metric, cases, change, ofCeiling }) =>
      ofCeiling === null ? [] : [`${METRICS[metric].title}, ${cases} cases: ${useWords(1 + change, ofCeiling)}.`],
    );
  return view.cases.flatMap((entry) => {
    if (entry.status !== 'compared' || entry.ofCeiling === null) return [];
    const { baseline, candidate } = entry.ofCeiling;
    return entry.changes.flatMap(({ metric, change }) => {
      const phase: PhaseWithCeiling | undefined = METRICS[metric].ceiling;
      const [before, after] = phase === undefined ? [null, null] : [baseline[phase], candidate[phase]];
      if (before === null || after === null) return [];
      const shares = `${percent(after)} of its ceiling, ${percent(before)} in the baseline`;
      return [
        `${METRICS[metric].title} of ${caseLabel(labels, entry)}: ${useWords(1 + change, after / before)} (${shares}).`,
      ];
    });
  });
}

/** `2.1 × faster, and uses it 0.8 × as well`: the speed, and the share of the ceiling, against the baseline's. */
function useWords(ratio: number, use: number): string {
  return `the other machine is ${times(ratio)} ${ratio >= 1 ? 'faster' : 'as fast'}, and the candidate uses it ${times(use)} as well`;
}

function times(ratio: number): string {
  return `${Number(ratio.toPrecision(2))} ×`;
}

export function meanCell({ change, interval95 }: GeometricMean): string {
  if (interval95 === null) return signedPercent(change);
  const half = ((interval95.high - interval95.low) / 2) * 100;
  return `${signedPercent(change)} ± ${half.toFixed(1)} %`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
