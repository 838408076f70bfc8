// What a report takes from whole documents: samples, phases of memory, curves, failures, and whether a case computes what it
// should. Pure.
import { okRounds, type ResultDocument } from '../../contract/result.js';
import type { Entry, ReportView, Samples } from '../../contract/views/report.js';
import { failuresOf } from '../case-view.js';
import { gradeRound } from '../grade.js';
import { groupBy } from '../group-by.js';
import { memoryByPhase, peakMoment } from '../memory-anatomy.js';
import { answersIn, isSound, parityInSuite, workOf } from '../parity.js';
import { sustainedOf } from '../sustained.js';
import { roofsOf, type Sourced } from './roofline.js';
import { gapFigures, tokenCurve } from './tokens.js';

/** A number of a sample takes about eight characters. */
const MOST_SAMPLES = 60_000;

export type Documents = ReadonlyMap<string, ResultDocument>;

/** The entries whose documents are here, each with whether it is sound. */
export function sourcedOf(entries: readonly Entry[], documents: Documents): Sourced[] {
  return [...groupBy(entries, ({ path }) => path)].flatMap(([path, own]) => {
    const document = documents.get(path);
    if (document === undefined) return [];
    const answers = answersIn(document.cases);
    return own.flatMap((entry) => {
      const result = document.cases.find(({ id }) => id === entry.id);
      if (result === undefined) return [];
      const proof = { parity: parityInSuite(answers, result), work: workOf(result, answers.of(result)) };
      return [{ entry: { ...entry, isSound: isSound(proof) }, result, document }];
    });
  });
}

type Sections = Pick<ReportView, 'roofs' | 'gaps' | 'curves' | 'memory' | 'sustained' | 'samples' | 'failures'>;

export function sectionsOf(sourced: readonly Sourced[]): Sections {
  return {
    roofs: roofsOf(sourced),
    gaps: sourced.flatMap(({ entry, result }) => gapFigures(entry.ref, result) ?? []),
    curves: sourced.flatMap(({ entry, result }) => tokenCurve(entry.ref, result) ?? []),
    memory: sourced.flatMap(({ entry: { ref }, result }) => {
      const phases = memoryByPhase(result);
      return Object.keys(phases).length === 0 ? [] : [{ ref, phases, peak: peakMoment(phases) }];
    }),
    sustained: sourced.flatMap(({ entry: { ref }, result }) =>
      okRounds(result).flatMap((round) => {
        const curve = sustainedOf(round);
        return curve === null ? [] : [{ ref, round: round.index, curve }];
      }),
    ),
    samples: samplesOf(sourced),
    failures: sourced.flatMap(({ entry: { ref }, result }) =>
      failuresOf(result).map(({ round, isRetried, message, hint }) => ({ ref, round, isRetried, message, hint })),
    ),
  };
}

function samplesOf(sourced: readonly Sourced[]): Samples[] {
  let left = MOST_SAMPLES;
  return sourced.flatMap(({ entry: { ref }, result }) => {
    const rounds = okRounds(result);
    const passes = rounds.map(({ iterations }) => iterations.flatMap((pass) => ('tokenMs' in pass ? [pass] : [])));
    const needed = passes.flat().reduce((sum, { tokenMs }) => sum + tokenMs.length, 0);
    const fits = needed <= left;
    if (fits) left -= needed;
    if (rounds.length === 0) return [];
    return [
      {
        ref,
        rounds: rounds.map((round, i) => ({
          index: round.index,
          startedAt: round.startedAt,
          ...gradeRound(round, rounds),
          loadMs: round.loadMs?.session ?? null,
          peakRssBytes: round.memory.peakRssBytes,
          passes: fits ? passes[i]!.map(({ kind, tokenMs }) => ({ kind, tokenMs })) : null,
        })),
      },
    ];
  });
}
