// Shares of ceilings as cells and notes of a result. Pure.
import type { Ceiling } from '../contract/ceilings.js';
import type { CeilingShare } from '../contract/views/ceiling-share.js';
import type { PhaseWithCeiling } from '../contract/views/figures.js';
import type { PhaseShare, ShowView } from '../contract/views/show.js';
import type { Arithmetic } from '../contract/work.js';
import { bandwidthDisagreements, kernelsBeaten } from '../stats/ceilings-by-threads.js';
import { FAR_BELOW } from '../stats/far-below.js';
import { groupBy } from '../stats/group-by.js';
import { bytes, number, plural } from './format.js';
import { caseLabel, type Labels } from './labels.js';

/** `57 %`; empty where there is no share. */
export function shareText(share: Pick<CeilingShare, 'share'> | null): string {
  if (share === null) return '';
  const percent = share.share * 100;
  if (percent >= 1000) return '>999 %';
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** What the column means, then what is impossible, then what is far below and why. */
export function ceilingNotes({ cases, ceilings }: Pick<ShowView, 'cases' | 'ceilings'>, labels: Labels): string[] {
  const each = cases.flatMap((result) =>
    (Object.keys(result.ofCeiling) as PhaseWithCeiling[]).flatMap((phase) => {
      const share = result.ofCeiling[phase];
      return share === null ? [] : [{ phase, share, label: () => `${phase} of ${caseLabel(labels, result)}` }];
    }),
  );
  if (each.length === 0) return [];
  const impossible = each.filter(({ share }) => share.impossible);
  const farBelow = each.filter(({ share }) => share.farBelow !== null);
  const alike = groupBy(farBelow, ({ phase, share }) => `${phase} ${belowText(share)}`);
  return [
    '“of ceiling” is the share of what this machine can do at best, measured in the same run (docs/ceilings.md).',
    ...disagreementNotes(ceilings ?? []),
    ...impossible.map(({ label, share }) => impossibleText(label(), share)),
    ...[...alike.values()].map(([first, ...others]) => {
      const { phase, share, label } = first!;
      const limit = `${FAR_BELOW[phase] * 100} %`;
      return others.length === 0
        ? `${label()} stays below ${limit} of its ceiling ${belowText(share)}`
        : `${label()} and ${others.length} more stay below ${limit} of their ceiling ${belowText(share)}`;
    }),
  ];
}

/** Where the two ways to measure a bandwidth disagree, and where ONNX Runtime's kernels are not the fastest. */
export function disagreementNotes(ceilings: readonly Ceiling[]): string[] {
  return [...bandwidthNotes(ceilings), ...beatenNotes(ceilings)];
}

function beatenNotes(ceilings: readonly Ceiling[]): string[] {
  const rate = (operations: number) => `${number(operations / 1e9)} Gop/s`;
  return kernelsBeaten(ceilings).map(({ arithmetic, threads, kernel, probe }) => {
    return `a program of edgeproof without ONNX Runtime multiplies ${arithmetic} at ${rate(probe)} with ${plural(threads, 'thread')}, faster than ONNX Runtime's best kernel (${kernel.operator}, ${rate(kernel.rate)}), so its rate is the ceiling; the machine may have been busy.`;
  });
}

function bandwidthNotes(ceilings: readonly Ceiling[]): string[] {
  return bandwidthDisagreements(ceilings).map(({ threads, workingSetBytes, kernel, probe }) => {
    const apart = Math.round((Math.max(kernel, probe) / Math.min(kernel, probe) - 1) * 100);
    const where = `over ${bytes(workingSetBytes)} with ${plural(threads, 'thread')}`;
    return `two measurements of the read bandwidth ${where} are ${apart} % apart: ONNX Runtime reads ${bytes(kernel)}/s, a program of edgeproof without it ${bytes(probe)}/s. The larger one counts; the machine may have been busy.`;
  });
}

function impossibleText(label: string, share: CeilingShare): string {
  return `impossible: ${label}: ${number(share.rate)} tok/s, but ${arithmetic(share)} allows ${number(share.ceilingRate)}, ${number(share.highestRate)} at the most.\n  The measurement is wrong, or the machine was slower when the ceiling was measured: run it again.`;
}

function belowText({ boundBy, farBelow }: PhaseShare): string {
  return `(${boundBy}): ${farBelow!.join('; ') || 'nothing known of the graph explains it'}.`;
}

/** `reading 287 MB a token at 28.9 GB/s` */
function arithmetic({ boundBy, tokens, operations, operationsPerSecond, ...share }: CeilingShare): string {
  const per = tokens === 1 ? 'a token' : `for ${tokens} tokens`;
  if (boundBy === 'read bandwidth') return `reading ${bytes(share.bytes)} ${per} at ${bytes(share.bytesPerSecond)}/s`;
  const parts = (Object.entries(operations) as [Arithmetic, number][]).map(
    ([name, needed]) =>
      `${number(needed / 1e9)} Gop of ${name} at ${number((operationsPerSecond[name] ?? 0) / 1e9)} Gop/s`,
  );
  return `computing ${parts.join(' and ')} ${per}`;
}
