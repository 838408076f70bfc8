// Lines about speeds that drifted over a sitting: of a result, and of each side of a comparison. Pure.
import type { CompareView, DriftOfCase } from '../contract/views/compare.js';
import type { ShowView } from '../contract/views/show.js';
import { groupBy } from '../stats/group-by.js';
import { METRICS } from '../stats/metrics.js';
import { percentRange } from './format.js';
import { caseLabel, type Labels } from './labels.js';

const MOST_NAMED = 3;

const ADVICE = 'The machine changed meanwhile: heat, or another load. Measure again when it is steady.';

export function driftNotes({ cases }: Pick<ShowView, 'cases'>, labels: Labels): string[] {
  const drifts = cases.flatMap(({ id, key, sittingDrift }) =>
    sittingDrift.filter(({ isShown }) => isShown).map((drift) => ({ id, key, ...drift })),
  );
  return drifts.length === 0 ? [] : [`${upperCase(driftsInWords(drifts, labels))}. ${ADVICE}`];
}

/** A difference may then be that of the times at which the sides were measured. */
export function sideDriftNotes({ sides }: Pick<CompareView, 'sides'>, labels: Labels): string[] {
  return (['baseline', 'candidate'] as const).flatMap((side) => {
    const drifts = sides[side].drifts;
    return drifts.length === 0 ? [] : [`In the ${side}, ${driftsInWords(drifts, labels)}. ${ADVICE}`];
  });
}

/** `decode rate of q4 fell by 6.0 % over the sitting (rounds 1 to 8, p=0.010)`, once for each metric and direction. */
function driftsInWords(drifts: readonly DriftOfCase[], labels: Labels): string {
  const alike = groupBy(drifts, ({ metric, change }) => `${metric} ${change < 0}`);
  const sentences = [...alike.values()].map((same) => {
    const [{ metric, change }] = same as [DriftOfCase];
    const named = same.slice(0, MOST_NAMED).map((drift) => caseLabel(labels, drift));
    const more = same.length > MOST_NAMED ? ` and ${same.length - MOST_NAMED} more` : '';
    const size = percentRange(same.map((drift) => Math.abs(drift.change)));
    const rounds = Math.max(...same.map((drift) => drift.rounds));
    const p = Math.max(...same.map((drift) => drift.adjustedP)).toFixed(3);
    const verb = change < 0 ? 'fell' : 'rose';
    return `${METRICS[metric].title} of ${named.join(', ')}${more} ${verb} by ${size} over the sitting (rounds 1 to ${rounds}, p=${p})`;
  });
  return sentences.join('; ');
}

function upperCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
