// Lines about rounds that a reader should know of: standing apart, still warming up, stalled, not cold after all. Pure.
import { METRIC_NAMES } from '../contract/metric-names.js';
import type { CaseView, ShowView } from '../contract/views/show.js';
import { METRICS } from '../stats/metrics.js';
import { present } from '../stats/present.js';
import { median } from '../stats/summary.js';
import { MOST_WARM_UP_PASSES } from '../suite/warm-up.js';
import { duration, number, plural, unitLabel } from './format.js';
import { caseLabel, type Labels } from './labels.js';

const WATCHED = METRIC_NAMES.filter((name) => METRICS[name].isWatched);
/** A gap this many times the median gap would be noticed by a reader of the text. */
const LONG_STALL = 5;

export function roundNotes({ cases }: Pick<ShowView, 'cases'>, labels: Labels): string[] {
  return cases.flatMap((result) => {
    const { longestStall: stall, stillWarmingUp, notCold } = result;
    const notes = present(
      ...apart(result),
      stall !== null &&
        stall.ratio >= LONG_STALL &&
        `Longest stall: ${duration(stall.ms)} before token ${stall.token} of round ${stall.round + 1}, ${number(stall.ratio)} median gaps.`,
      stillWarmingUp > 0 &&
        `Warm-up had not ended after ${MOST_WARM_UP_PASSES} passes in ${plural(stillWarmingUp, 'round')}: the passes still got faster.`,
      notCold !== null && `No cold start in ${plural(notCold.rounds, 'round')}: ${notCold.reason}.`,
    );
    return notes.map((note) => (cases.length === 1 ? note : `${caseLabel(labels, result)}: ${note}`));
  });
}

function apart({ metrics }: CaseView): string[] {
  return WATCHED.flatMap((name) => {
    const figures = metrics[name];
    const metric = METRICS[name];
    return (figures?.apart ?? []).flatMap((index, i) => {
      const { median, apartValues } = figures!;
      const value = apartValues[i]!;
      if (Math.abs(value / median - 1) < metric.minimumEffect) return [];
      return [
        `Round ${index + 1} stands apart: ${metric.title} ${number(value)} ${unitLabel(metric)}, median ${number(median)}. It is kept.`,
      ];
    });
  });
}

/** A line for each search for the number of threads, with what every number gave. */
export function threadNotes({ threads }: Pick<ShowView, 'threads'>): string[] {
  return (threads?.searches ?? []).map(({ run, workload, tried, chosen, why }) => {
    const rates = (values: number[]) => (values.length === 0 ? 'failed' : number(median(values)));
    const each = tried.map((entry) => `${entry.threads}: ${rates(entry.prefillRate)} and ${rates(entry.decodeRate)}`);
    const asked = `pp${workload.prompt} tg${workload.new}, prefill and decode in tok/s`;
    return `Threads of ${run}: ${chosen}, ${why} (${asked}; ${each.join(' · ')}).`;
  });
}
