// A line for each run of a checkpoint beside its reference: the same tokens, a near-tie, or another computation. Pure.
import { RUNTIME_NAMES, RUNTIMES } from '../contract/runtimes.js';
import type { Multiplied, Parity, Work } from '../contract/views/figures.js';
import type { CaseView } from '../contract/views/show.js';
import { groupBy } from '../stats/group-by.js';
import { present } from '../stats/present.js';
import { optionDimensions } from '../suite/option-dimensions.js';
import { number, plural } from './format.js';

export function parityNotes(cases: readonly CaseView[]): string[] {
  const byId = new Map(cases.map((result) => [result.id, result]));
  const found = cases.flatMap((result) => {
    const { parity } = result;
    if (parity === null) return [];
    const reference = byId.get(parity.reference)!;
    const text = parityText(parity, `by ${runName(reference, result)}`);
    return [{ checkpoint: checkpointName(result), name: runName(result, reference), text }];
  });
  const alike = groupBy(found, ({ checkpoint, text }) => `${checkpoint}\n${text}`);
  const lines = [...alike.values()].map((same) => {
    const runs = new Set(same.map(({ name }) => name));
    return `Tokens of ${same[0]!.checkpoint} by ${[...runs].join(', ')}: ${same[0]!.text}.`;
  });
  return [...lines, ...unsoundNotes(cases), ...ownFileNote(cases)];
}

/** What `Fastest here` passes over, and what makes `run` fail. */
function unsoundNotes(cases: readonly CaseView[]): string[] {
  const skipping = cases.flatMap((result) => (result.work?.proven === false ? [{ result, work: result.work }] : []));
  const different = cases.filter(({ parity }) => parity?.verdict === 'different');
  const unclear = cases.filter(({ parity }) => parity?.verdict === 'not shown');
  return present(
    ...skipping.map(({ result, work }) => `${result.id}: ${workText(work)}.`),
    different.length > 0 &&
      `${plural(different.length, 'case')} of different computations from the same files: never called fastest, and run ends with exit code 1.`,
    unclear.length > 0 && `${plural(unclear.length, 'case')} not shown to compute the same: never called fastest.`,
  );
}

/** Why it is not proven that a prompt was read. */
export function workText({ otherPasses, otherText, multiplied }: Work): string {
  if (multiplied?.isWhole === false)
    return `not proven to read its whole prompt: in a profile of it, matrix products ${missingText(multiplied)}`;
  return `not proven to read its whole prompt: another text moves its logits by ${digits(otherText)} standard deviations, another length of passes by ${digits(otherPasses)}`;
}

function missingText({ tokens, seen, operations, leastOperations }: Multiplied): string {
  if (seen < tokens) return `see ${seen} of ${tokens} tokens`;
  return `take ${number(operations! / 1e9)} Gop, and the graph needs ${number(leastOperations! / 1e9)} at the least`;
}

/** `the same 32 as by onnxruntime`, or where they differ first and what that means. */
export function parityText(parity: Parity, reference: string): string {
  const { tokens, firstDivergence, gap, gapIsLarger, tolerance, verdict } = parity;
  if (firstDivergence === null) return `the same ${tokens} as ${reference}`;
  const where = `other than ${reference} from token ${firstDivergence + 1} of ${tokens} on`;
  if (gap === null) return `${where}, and no logits that tell whether it is a near-tie`;
  const size = `${gapIsLarger ? 'more than ' : ''}${digits(gap)} standard deviations of the logits apart`;
  return `${where}, ${VERDICTS[verdict]} (${size}; rounding explains ${digits(tolerance)})`;
}

const VERDICTS: Record<Parity['verdict'], string> = {
  same: 'the same',
  'near-tie': 'a near-tie',
  'not shown': 'not shown to be the same computation',
  different: 'a different computation',
};

function digits(value: number): string {
  return Math.abs(value) < 0.001 ? value.toExponential(1) : number(value);
}

export function checkpointName({ key }: Pick<CaseView, 'key'>): string {
  return [key.model, key.layout, key.dtype].filter((word) => word !== null).join(' ');
}

/** The words that distinguish a run from the other one. */
function runName({ key }: CaseView, other: CaseView): string {
  const words = [
    key.runtime,
    ...(key.ep === other.key.ep ? [] : [`on ${key.ep}`]),
    ...Object.entries(optionDimensions(key.options)).map(([name, value]) => `${name.replace('option.', '')}=${value}`),
  ];
  return words.join(' ');
}

/** Says which runtimes cannot be compared because they read files of their own format. */
function ownFileNote(cases: readonly CaseView[]): string[] {
  const apart = RUNTIME_NAMES.filter((name) => RUNTIMES[name].format !== 'onnx');
  return apart.flatMap((name) => {
    const models = (own: boolean) =>
      cases.filter(({ key }) => (key.runtime === name) === own).map(({ key }) => key.model);
    const others = new Set(models(false));
    return models(true).some((model) => others.has(model))
      ? [`Tokens of ${name} are not compared: it reads a file of its own, with other weights in it.`]
      : [];
  });
}
