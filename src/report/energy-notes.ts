// Energy below the table: where it was read, what the machine uses idle, and what a token costs net of that. Pure.
import { type CaseResult, okRounds } from '../contract/result.js';
import {
  comparableEnergy,
  energySources,
  idleWatts,
  joulesPerTokenInAll,
  LEAST_UPDATES,
  remedies,
} from '../stats/energy.js';
import { summarizeMetric } from '../stats/metrics.js';
import { median, summarize } from '../stats/summary.js';
import { duration, number } from './format.js';
import { caseLabel, type Labels } from './labels.js';

/** Without energy only what can be done about it: `edgeproof machine` says why there is none. */
export function energyNotes(cases: CaseResult[], labels: Labels): string[] {
  const sources = [...new Set(cases.flatMap(energySources))];
  if (sources.length === 0) {
    return [...new Set(cases.flatMap(remedies))].map((remedy) => `No energy: ${remedy}`);
  }
  const watts = cases.flatMap(idleWatts);
  const idle =
    watts.length === 0 ? 'no baseline of the idle machine' : `the idle machine uses ${number(median(watts))} W`;
  return [
    `Energy (${sources.join('; ')}): ${idle}.`,
    ...cases.flatMap((result) => netNote(result, cases.length > 1 ? `${caseLabel(labels, result)}: ` : '')),
    ...tooShortNote(cases),
  ];
}

/** Of a comparison: cases whose energy was read in different ways, which is never compared. */
export function energyDifferences(baseline: CaseResult[], candidate: CaseResult[]): string[] {
  return candidate.flatMap((after) => {
    const before = baseline.find(({ id }) => id === after.id);
    if (before === undefined || comparableEnergy(before, after)) return [];
    const [from, to] = [energySources(before), energySources(after)];
    return from.length === 0 || to.length === 0
      ? []
      : [`energy not compared: ${after.id}: ${from.join('; ')} → ${to.join('; ')}`];
  });
}

function netNote(result: CaseResult, who: string): string[] {
  const net = (name: 'netJoulesPerPromptToken' | 'netJoulesPerToken') => summarizeMetric(name, result)?.median;
  const [prompt, token] = [net('netJoulesPerPromptToken'), net('netJoulesPerToken')];
  const inAll = summarize(okRounds(result).flatMap((round) => joulesPerTokenInAll(round)?.gross ?? []))?.median;
  const parts = [
    ...(prompt === undefined ? [] : [`${number(prompt)} J a prompt token`]),
    ...(token === undefined ? [] : [`${number(token)} J a generated token`]),
  ];
  const subtracted = parts.length === 0 ? [] : [`idle subtracted: ${parts.join(', ')}`];
  const whole = inAll === undefined ? [] : [`with everything in between: ${number(inAll)} J a generated token`];
  const all = [...subtracted, ...whole].join('; ');
  return all === '' ? [] : [`  ${who}${all}`];
}

function tooShortNote(cases: CaseResult[]): string[] {
  const updates = cases.flatMap((result) =>
    okRounds(result).flatMap(({ energy }) =>
      energy === null || energy.tier === 'unavailable' || summarizeMetric('joulesPerToken', result) !== null
        ? []
        : [energy.updateMs],
    ),
  );
  if (updates.length === 0) return [];
  const shortest = duration(LEAST_UPDATES * Math.max(...updates));
  return [`  Joules per token are told of phases of ${shortest} or more, ${LEAST_UPDATES} updates of the source.`];
}
