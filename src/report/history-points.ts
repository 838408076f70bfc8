// One series, a line a point: when, which commit, the value, and what is known of steps there. Pure.
import type { HistorySeries } from '../contract/views/history.js';
import { GRADES } from '../contract/vocabulary.js';
import { present } from '../stats/present.js';
import { commitLabel, measured, number, signedPercent, unitLabel } from './format.js';
import { changedWords } from './history-words.js';
import type { Page } from './page.js';

export function historyPoints(series: HistorySeries): Pick<Page, 'columns' | 'rows'> {
  return {
    columns: [
      { key: 'date', title: 'started (UTC)' },
      { key: 'commit', title: 'commit' },
      { key: 'value', title: 'value', unit: unitLabel(series), align: 'right' },
      { key: 'level', title: 'level', unit: unitLabel(series), align: 'right' },
      { key: 'rounds', title: 'rounds' },
      { key: 'marks', title: 'marks' },
    ],
    rows: series.points.map((point, place) => {
      const level = levelAt(series, place);
      const graded = GRADES.flatMap((grade) =>
        point.grades[grade] === undefined ? [] : [`${point.grades[grade]} ${grade}`],
      );
      return {
        date: point.startedAt.slice(0, 16).replace('T', ' '),
        commit: commitLabel(point.tool),
        value: measured({ median: point.value, interval: point.interval95 }, series),
        level: level === null ? '' : number(series.unit === 'bytes' ? level.value / 1e6 : level.value),
        rounds: graded.length === 0 ? `${point.rounds}` : graded.join(' '),
        marks: marksAt(series, place),
      };
    }),
  };
}

function levelAt({ levels }: HistorySeries, place: number) {
  return levels.find(({ first, last }) => first <= place && place <= last) ?? null;
}

function marksAt({ steps, points }: HistorySeries, place: number): string {
  const here = steps.find(({ at }) => at === place);
  const maybe = steps.filter(({ at, positions }) => at !== place && positions.includes(place));
  const { changed } = points[place]!;
  return present(
    here !== undefined && `level moved ${signedPercent(here.change)}`,
    maybe.length > 0 && `or moved here: ${maybe.map(({ change }) => signedPercent(change)).join(', ')}`,
    changed.length > 0 && `changed: ${changedWords(changed)}`,
  ).join('; ');
}

/** One record a point, in its own unit. */
export function historyRecords(series: HistorySeries): Page['records'] {
  const { id, machine, metric, unit, points, levels, steps } = series;
  const levelOf = levels.flatMap((level) => Array.from({ length: level.last - level.first + 1 }, () => level));
  const stepOf = new Map(steps.map((step) => [step.at, step]));
  const possible = new Set(steps.flatMap(({ positions }) => positions));
  return points.map(({ startedAt, tool, value, interval95, rounds, changed, path }, place) => ({
    id,
    machine,
    metric,
    unit,
    startedAt,
    version: tool.version,
    commit: tool.commit,
    dirty: tool.dirty,
    value,
    low: interval95?.low ?? null,
    high: interval95?.high ?? null,
    rounds,
    level: levelOf[place]?.value ?? null,
    levelLow: levelOf[place]?.interval95.low ?? null,
    levelHigh: levelOf[place]?.interval95.high ?? null,
    step: stepOf.get(place)?.change ?? null,
    stepLow: stepOf.get(place)?.interval95.low ?? null,
    stepHigh: stepOf.get(place)?.interval95.high ?? null,
    stepMayLieHere: possible.has(place),
    changed: changed.map(({ what }) => what).join(' '),
    path,
  }));
}
