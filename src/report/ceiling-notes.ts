// Shares of ceilings as cells, notes and JSON of a result. Pure.
import type { CaseResult, ResultDocument } from '../contract/result.js';
import { type CaseShares, type CeilingShare, ceilingShares } from '../stats/ceiling-share.js';
import { FAR_BELOW, type Phase, whyFarBelow } from '../verdict/far-below.js';
import { bytes, number } from './format.js';
import { caseLabel, labelsOf } from './labels.js';

const PHASES: Phase[] = ['prefill', 'decode'];

/** `57 %`; empty where there is no share. */
export function shareText(share: CeilingShare | null): string {
  if (share === null) return '';
  const percent = share.share * 100;
  if (percent >= 1000) return '>999 %';
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** What the column means, then what is impossible, then what is far below and why. */
export function ceilingNotes(document: ResultDocument): string[] {
  const labels = labelsOf(document.cases);
  const shares = document.cases.map((result) => ({ result, ...ceilingShares(document, result) }));
  const name = (result: CaseResult) => caseLabel(labels, result);
  const each = shares.flatMap(({ result, ...byPhase }) =>
    PHASES.flatMap((phase) => {
      const share = byPhase[phase];
      return share === null ? [] : [{ result, phase, share, label: `${phase} of ${name(result)}` }];
    }),
  );
  if (each.length === 0) return [];
  const impossible = each.filter(({ share }) => share.impossible);
  const below = each.flatMap(({ result, phase, share, label }) => {
    const causes = whyFarBelow(document, result, phase, share);
    return causes === null ? [] : [{ label, phase, text: belowText(share, causes) }];
  });
  return [
    '“of ceiling” is the share of what this machine can do at best, measured in the same run (docs/ceilings.md).',
    ...impossible.map(({ label, share }) => impossibleText(label, share)),
    ...grouped(below),
  ];
}

function impossibleText(label: string, share: CeilingShare): string {
  return `impossible: ${label}: ${number(share.rate)} tok/s, but ${arithmetic(share)} allows ${number(share.ceilingRate)}, ${number(share.highestRate)} at the most.\n  The measurement is wrong, or the machine was slower when the ceiling was measured: run it again.`;
}

function belowText(share: CeilingShare, causes: string[]): string {
  const why = causes.length === 0 ? 'nothing known of the graph explains it' : causes.join('; ');
  return `(${share.boundBy}): ${why}.`;
}

/** Cases with the same explanation share a note. */
function grouped(notes: { label: string; phase: Phase; text: string }[]): string[] {
  const groups = new Map<string, typeof notes>();
  for (const note of notes) {
    const name = `${note.phase} ${note.text}`;
    groups.set(name, [...(groups.get(name) ?? []), note]);
  }
  return [...groups.values()].map((group) => {
    const [{ label, phase, text }] = group as [(typeof notes)[number]];
    const limit = `${FAR_BELOW[phase] * 100} %`;
    return group.length === 1
      ? `${label} stays below ${limit} of its ceiling ${text}`
      : `${label} and ${group.length - 1} more stay below ${limit} of their ceiling ${text}`;
  });
}

/** `reading 287 MB a token at 28.9 GB/s` */
function arithmetic({ boundBy, need, bytesPerSecond, operationsPerSecond }: CeilingShare): string {
  const per = need.tokens === 1 ? 'a token' : `for ${need.tokens} tokens`;
  if (boundBy === 'read bandwidth') return `reading ${bytes(need.bytes)} ${per} at ${bytes(bytesPerSecond)}/s`;
  const parts = Object.entries(need.operations).map(
    ([name, operations]) =>
      `${number(operations / 1e9)} Gop of ${name} at ${number((operationsPerSecond[name as keyof typeof operationsPerSecond] ?? 0) / 1e9)} Gop/s`,
  );
  return `computing ${parts.join(' and ')} ${per}`;
}

/** Of `show -o json`. */
export function sharesJson({ prefill, decode }: CaseShares) {
  const one = (share: CeilingShare | null) =>
    share === null
      ? null
      : {
          share: share.share,
          boundBy: share.boundBy,
          impossible: share.impossible,
          rate: share.rate,
          ceilingRate: share.ceilingRate,
          highestRate: share.highestRate,
          tokens: share.need.tokens,
          bytes: Math.round(share.need.bytes),
          bytesPerSecond: share.bytesPerSecond,
          operations: share.need.operations,
          operationsPerSecond: share.operationsPerSecond,
        };
  return { prefill: one(prefill), decode: one(decode) };
}
