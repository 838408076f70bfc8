// How precise the figures became that a target was set for, and what it would take where that was not enough. Pure.
import type { Precision, ShowView } from '../contract/views/show.js';
import { METRICS } from '../stats/metrics.js';
import { duration, plural } from './format.js';
import { caseLabel, type Labels } from './labels.js';

export function precisionNotes({ cases }: Pick<ShowView, 'cases'>, labels: Labels): string[] {
  const known = cases.flatMap(({ key, precision }) => (precision === null ? [] : [{ key, precision }]));
  const missed = known.filter(({ precision }) => precision.wouldTake !== null);
  const reached = known.length - missed.length;
  if (known.length === 0) return [];
  if (known.length === 1) return [precisionNote(known[0]!.precision)];
  const summary = `Target ± ${percent(known[0]!.precision.target)}: reached by ${reached} of ${plural(known.length, 'case')}.`;
  return [summary, ...missed.map(({ key, precision }) => `${caseLabel(labels, { key })}: ${precisionNote(precision)}`)];
}

function precisionNote({ metric, rounds, planned, budgetSeconds, halfWidth, target, wouldTake }: Precision): string {
  const budget = budgetSeconds === null ? '' : ` (budget ${duration(budgetSeconds * 1000)})`;
  const cut = rounds < planned ? ` of ${planned} planned${budget}` : '';
  const width = `${METRICS[metric].title} within ± ${percent(halfWidth)} after ${plural(rounds, 'round')}${cut}`;
  const aim = `target ± ${percent(target)}`;
  return wouldTake === null ? `${width}; ${aim}.` : `${width}; ${aim} would take about ${wouldTake}.`;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
