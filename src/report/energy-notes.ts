// Energy below the table: where it was read, what the machine uses idle, and what a token costs net of that. Pure.
import type { CompareView } from '../contract/views/compare.js';
import type { CaseView, ShowView } from '../contract/views/show.js';
import { LEAST_UPDATES } from '../stats/energy.js';
import { present } from '../stats/present.js';
import { duration, number } from './format.js';
import { caseLabel, type Labels } from './labels.js';

/** Without energy, only remedies are listed; `edgeproof machine` says why there is none. */
export function energyNotes({ energy, cases }: ShowView, labels: Labels): string[] {
  const { sources, idleWatts, longestUpdateMs, remedies } = energy;
  if (sources.length === 0) return remedies.map((remedy) => `No energy: ${remedy}`);
  const idle = idleWatts === null ? 'no baseline of the idle machine' : `the idle machine uses ${number(idleWatts)} W`;
  return present(
    `Energy (${sources.join('; ')}): ${idle}.`,
    ...cases.flatMap((result) => netNote(result, cases.length > 1 ? `${caseLabel(labels, result)}: ` : '')),
    longestUpdateMs !== null &&
      `  Joules per token need phases of ${duration(LEAST_UPDATES * longestUpdateMs)} or more, ${LEAST_UPDATES} updates of the source.`,
  );
}

function netNote({ metrics, joulesPerTokenInAll }: CaseView, who: string): string[] {
  const { netJoulesPerPromptToken: prompt, netJoulesPerToken: token } = metrics;
  const net = present(
    prompt !== undefined && `${number(prompt.median)} J a prompt token`,
    token !== undefined && `${number(token.median)} J a generated token`,
  );
  const parts = present(
    net.length > 0 && `idle subtracted: ${net.join(', ')}`,
    joulesPerTokenInAll !== null && `with everything in between: ${number(joulesPerTokenInAll)} J a generated token`,
  );
  return parts.length === 0 ? [] : [`  ${who}${parts.join('; ')}`];
}

/** Below a comparison: cases whose energy was read from different sources. */
export function energyDifferences({ energyNotCompared }: CompareView, labels: Labels): string[] {
  return energyNotCompared.map((entry) => {
    const [before, after] = [entry.baseline, entry.candidate].map((sources) => sources.join('; '));
    return `energy not compared: ${caseLabel(labels, entry)}: ${before} → ${after}`;
  });
}
