// Lines of a comparison of two sittings: that it is a screen, what it assumes, what it could have shown, what to do. Pure.
import type { MetricChange } from '../contract/views/compare.js';
import { METRICS } from '../stats/metrics.js';
import { present } from '../stats/present.js';
import { percentRange } from './format.js';

/** Nothing where both sides come from one sitting, or no figure has enough rounds. */
export function sittingNotes(changes: readonly MetricChange[]): string[] {
  const screened = changes.flatMap((change) => (change.sittings === null ? [] : [{ ...change, ...change.sittings }]));
  if (screened.every(({ outcome }) => outcome === 'too few rounds')) return [];
  const watched = screened.filter(({ metric }) => METRICS[metric].isWatched);
  const shown = watched.length === 0 ? screened : watched;
  const visible = shown.flatMap(({ visibleEffect }) => visibleEffect ?? []);
  const within = screened.filter(({ outcome, sameAs }) => outcome === 'within sitting spread' && sameAs === null);
  const origin = shown.every(({ isFromHistory }) => isFromHistory)
    ? 'as in earlier results of this machine'
    : 'assumed, since too few earlier results are stored';
  const spread = percentRange(shown.map((change) => change.spread));
  return present(
    `Measured in two sittings, which differ without a cause, too: by a standard deviation of ${spread} (${origin}).`,
    `If so, at most 5 of 100 comparisons of equals raise an alarm${
      visible.length === 0 ? '' : `, and changes of ${percentRange(visible)} are shown nine times in ten`
    }.`,
    within.length > 0 &&
      `Within sitting spread: ${within.length} of ${changes.filter(({ sameAs }) => sameAs === null).length} figures. Their rounds differ, but no more than sittings of equals do. To decide, measure both sides in one sitting (edgeproof regress --confirm), or store more sittings of each.`,
  );
}
