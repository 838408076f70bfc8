// Stored results as pages: the list, and what verifying found. Pure.
import type { ListedResult, VerifiedResult } from '../contract/views/results.js';
import { commitLabel, plural } from './format.js';
import type { Page } from './page.js';

/** `of`: how many there are without filters. */
export function resultsPage(results: readonly ListedResult[], directory: string, of: number): Page {
  const machines = new Set(results.map(({ machine }) => machine)).size;
  const heading =
    results.length === 0
      ? `none of ${plural(of, 'result')} in ${directory} matches the filters`
      : `${plural(results.length, 'result')} of ${plural(machines, 'machine')} in ${directory}`;
  const isFiltered = results.length > 0 && of > results.length;
  return {
    heading: [isFiltered ? `${heading}; ${of - results.length} left out by the filters` : heading],
    columns: [
      { key: 'date', title: 'started (UTC)' },
      { key: 'machine', title: 'machine' },
      { key: 'suite', title: 'suite' },
      { key: 'commit', title: 'commit' },
      { key: 'models', title: 'models' },
      { key: 'weights', title: 'weights' },
      { key: 'cases', title: 'cases' },
      { key: 'grades', title: 'rounds' },
      { key: 'file', title: 'file' },
    ],
    rows: results.map(row),
    notes:
      results.length === 0
        ? []
        : [
            'commit: of edgeproof, with + where files were changed. rounds: by the condition of the machine (docs/condition.md).',
            'Show one with: edgeproof show <file, or part of its name>.',
          ],
    json: results,
    records: results.map(record),
  };
}

function row(result: ListedResult): Page['rows'][number] {
  const { startedAt, machine, suite, tool, foreign, models, weights, cases, rounds, grades, path } = result;
  const graded = Object.entries(grades).map(([grade, count]) => `${count} ${grade}`);
  const ungraded = rounds - Object.values(grades).reduce((sum, count) => sum + count, 0);
  return {
    date: startedAt.slice(0, 16).replace('T', ' '),
    machine,
    suite,
    commit: foreign ? 'foreign' : commitLabel(tool),
    models: models.length > 2 ? `${models[0]} and ${models.length - 1} more` : models.join(', '),
    weights: weights.join(', '),
    cases: casesInWords(cases),
    grades: [...graded, ...(ungraded > 0 ? [`${ungraded} ungraded`] : [])].join(' '),
    file: path.split(/[\\/]/).at(-1)!,
  };
}

/** `3`, or `1 of 3, 2 failed`. */
function casesInWords({ ok, ...others }: ListedResult['cases']): string {
  const all = Object.values(others).reduce((sum, count) => sum + count, ok);
  const named = Object.entries(others).flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : []));
  return named.length === 0 ? `${ok}` : [`${ok} of ${all}`, ...named].join(', ');
}

function record({ tool, models, weights, cases, grades, ...plain }: ListedResult): Page['records'][number] {
  return {
    ...plain,
    version: tool.version,
    commit: tool.commit,
    dirty: tool.dirty,
    models: models.join(' '),
    weights: weights.join(' '),
    ...cases,
    gradeA: grades.A ?? 0,
    gradeB: grades.B ?? 0,
    gradeC: grades.C ?? 0,
  };
}

export function verifiedPage(results: readonly VerifiedResult[]): Page {
  const records = results.flatMap(({ path, faults }) => faults.map((fault) => ({ path, ...fault })));
  const bad = results.filter(({ faults }) => faults.length > 0).length;
  const verdict =
    bad === 0
      ? `${plural(results.length, 'result')} verified: each agrees with its schema, its identity and what its machine can do.`
      : `${bad} of ${plural(results.length, 'result')} ${bad === 1 ? 'is' : 'are'} not what ${bad === 1 ? 'it claims' : 'they claim'} to be:`;
  return {
    heading: [verdict],
    columns: [
      { key: 'path', title: 'file' },
      { key: 'check', title: 'check' },
      { key: 'message', title: 'what is wrong' },
    ],
    rows: records,
    notes: [],
    json: results,
    records,
  };
}
