// What a comparison says of cases beside their figures: failures, cases of one side only, and how to compare more. Pure.
import type { CompareView, FailureChange } from '../contract/views/compare.js';
import { groupBy } from '../stats/group-by.js';
import { plural } from './format.js';
import { caseLabel, type Labels } from './labels.js';

type Counted = FailureChange['baseline'];

/** Cases that fail more often than before, and those whose rounds failed as often as ever. */
export function failureNotes({ failures }: CompareView, labels: Labels): string[] {
  return failures.map((entry) => {
    const { baseline, candidate, history, isNew, reasons } = entry;
    const name = `${isNew ? 'new failures' : 'failed rounds'}: ${caseLabel(labels, entry)}`;
    const earlier = history === null ? '' : `, ${counted(history)} in earlier results`;
    const counts = `${counted(candidate)} in the candidate, ${counted(baseline)} in the baseline${earlier}`;
    return `${name}: ${counts}${isNew ? `; ${rateWords(entry)}` : ''}\n  ${reasons.join('\n  ')}`;
  });
}

function counted({ failed, of }: Counted): string {
  return `${failed} of ${plural(of, 'round')}`;
}

function rateWords({ isShown, p }: FailureChange): string {
  return `that they fail more often is ${isShown ? '' : 'not '}shown (p=${p.toFixed(3)})`;
}

/** Those that were not compared, once for each reason. */
export function pairingNotes({ cases }: CompareView, labels: Labels): string[] {
  const reasons = cases.flatMap((entry) => {
    if (entry.status === 'compared') return [];
    const name = caseLabel(labels, entry);
    if (entry.status !== 'differs') return [{ name, why: `${WORDS[entry.status]}, ${entry.reason}` }];
    const words = entry.differences.map((one) => `${one.dimension} (${changed(one.baseline, one.candidate)})`);
    return [{ name, why: `not compared, differs in ${words.join(', ')}` }];
  });
  return [...groupBy(reasons, ({ why }) => why)].map(
    ([why, alike]) => `${why}: ${alike.map(({ name }) => name).join(', ')}`,
  );
}

const WORDS = { failed: 'failed', missing: 'missing', unmatched: 'not compared' } as const;

/** Reduces lists such as `kv=shared malloc=null` to what differs. */
function changed(baseline: string, candidate: string): string {
  const [before, after] = [baseline, candidate].map((text) => text.split(' '));
  if (![...before!, ...after!].every((word) => word.includes('='))) return `${baseline} → ${candidate}`;
  const own = (words: string[], others: string[]) => words.filter((word) => !others.includes(word)).join(' ') || '–';
  return `${own(before!, after!)} → ${own(after!, before!)}`;
}

/** The command that compares more, to be copied. */
export function acrossNote({ baseline, candidate, acrossOffer, grade }: CompareView): string[] {
  if (acrossOffer === null) return [];
  const paths = [baseline, candidate].map((path) => (/\s/.test(path) ? `"${path}"` : path)).join(' ');
  const graded = grade === 'B' ? '' : ` --grade ${grade}`;
  return [`To compare across what differs:\n  edgeproof compare ${paths} --across ${acrossOffer.join(',')}${graded}`];
}
