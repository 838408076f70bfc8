// Paired rounds as a page: each figure with what the pairs decide, below it what was dropped and what the words mean. Pure.
import type { DroppedPairs, PairedFigure, PairedTokens, PairingGain, PairsView } from '../contract/views/pairs.js';
import { METRICS } from '../stats/metrics.js';
import { FEWEST_PAIRS } from '../stats/pairs.js';
import { present } from '../stats/present.js';
import { dimensionOf } from '../suite/dimensions.js';
import { count, measured, plural, signedPercent, unitLabel } from './format.js';
import { caseLabel, dimensionWord, type Labels, labelsOf } from './labels.js';
import type { Page } from './page.js';
import { parityText, workText } from './parity-notes.js';

export function pairsPage(view: PairsView): Page {
  const labels = labelsOf([...view.figures, ...view.dropped]);
  return {
    heading: [
      ...verdictLines(view.figures, labels),
      `baseline   ${[...sideWords(view.differences, 'baseline'), view.baseline].join(' · ')}`,
      `candidate  ${[...sideWords(view.differences, 'candidate'), view.candidate].join(' · ')}`,
      `cases      ${sharedBySides(view)} · pairs of rounds of one sitting`,
    ],
    columns: [
      { key: 'case', title: 'case' },
      { key: 'metric', title: 'metric' },
      { key: 'unit', title: 'unit' },
      { key: 'baseline', title: 'baseline', align: 'right' },
      { key: 'candidate', title: 'candidate', align: 'right' },
      { key: 'pairs', title: 'pairs', align: 'right' },
      { key: 'change', title: 'change', align: 'right' },
      { key: 'slower', title: 'slower by', align: 'right' },
      { key: 'correlation', title: 'ρ', align: 'right' },
      { key: 'rounds', title: 'pairs or rounds for 5 %', align: 'right' },
      { key: 'outcome', title: 'outcome' },
    ],
    rows: view.figures.map((figure) => row(figure, labels)),
    notes: notesOf(view, labels),
    json: view,
    records: view.figures.map(
      ({ id, partner, metric, baseline, candidate, pairs, change, slowdown, pairing, ...rest }) => ({
        ...{ id, partner, metric, baseline, candidate, pairs },
        change: change?.estimate ?? null,
        changeLow: change?.lower ?? null,
        changeHigh: change?.upper ?? null,
        slowdownLow: slowdown?.lower ?? null,
        slowdownHigh: slowdown?.upper ?? null,
        ...{ margin: rest.margin, adjustedP: rest.adjustedP, outcome: rest.outcome },
        correlation: pairing?.correlation ?? null,
        pairsFor5Percent: pairing?.roundsFor5Percent.paired ?? null,
        unpairedRoundsFor5Percent: pairing?.roundsFor5Percent.unpaired ?? null,
      }),
    ),
  };
}

function row(
  { key, metric, baseline, candidate, pairs, change, slowdown, margin, outcome, adjustedP, pairing }: PairedFigure,
  labels: Labels,
) {
  const metricRow = METRICS[metric];
  const value = (median: number | null) => (median === null ? '' : measured({ median, interval: null }, metricRow));
  const limit = (ratio: number) => signed(ratio * 100, 1);
  return {
    case: caseLabel(labels, { key }),
    metric: metricRow.title,
    unit: unitLabel(metricRow),
    baseline: value(baseline),
    candidate: value(candidate),
    pairs: `${pairs}`,
    change: change === null ? '' : signedPercent(change.estimate),
    slower: slowdown === null ? '' : `${limit(slowdown.lower)} to ${limit(slowdown.upper)} %`,
    correlation: pairing === null ? '' : signed(pairing.correlation, 2),
    rounds: pairing === null ? '' : `${rounds(pairing, 'paired')} or ${rounds(pairing, 'unpaired')}`,
    outcome: `${outcome} (${outcome === 'worse' ? `p=${adjustedP.toFixed(3)}, ` : ''}margin ${percent(margin)})`,
  };
}

function notesOf({ figures, dropped, tokens }: PairsView, labels: Labels): string[] {
  return present(
    savingNote(figures, labels),
    figures.length > 0 && 'slower by: one-sided limits of 95 % each; below 0 is faster (docs/comparison.md).',
    figures.some(({ pairs }) => pairs < FEWEST_PAIRS) && `Limits take ${FEWEST_PAIRS} pairs or more.`,
    ...dropped.map((entry) => droppedNote(entry, labels)),
    ...tokens.flatMap((entry) => tokenNotes(entry, caseLabel(labels, entry))),
  );
}

/** Speed is worth nothing if another model came out. */
function tokenNotes({ inRounds, parity, work, otherFiles, isSame }: PairedTokens, label: string): string[] {
  const text = parity === null ? null : parityText(parity, 'by the baseline');
  const isNoteworthy = parity !== null && parity.verdict !== 'same';
  return present(
    work?.proven === false && `${label}: ${workText(work)}`,
    isSame && isNoteworthy && `generated tokens of ${label}: ${text}`,
    !isSame &&
      (inRounds === false || isNoteworthy) &&
      `generated tokens differ: ${label} is not the same computation on both sides${text === null ? '' : `: ${text}`}`,
    otherFiles && parity === null && `generated tokens of ${label} are not compared: the sides read other files`,
  );
}

function droppedNote(
  { key, baselineFailed, candidateFailed, grade, firstFailure }: DroppedPairs,
  labels: Labels,
): string {
  const causes = present(
    candidateFailed > 0 && `${plural(candidateFailed, 'round')} of the candidate failed`,
    baselineFailed > 0 && `${plural(baselineFailed, 'round')} of the baseline failed`,
    grade > 0 && `${plural(grade, 'pair')} had a round of a worse grade`,
  );
  const first = firstFailure === null ? '' : `\n  the first failure: ${firstFailure}`;
  return `pairs dropped: ${caseLabel(labels, { key })}: ${causes.join(', ')}${first}`;
}

const SENTENCES: [PairedFigure['outcome'], (list: string) => string][] = [
  ['worse', (list) => `Worse: ${list}.`],
  ['not shown', (list) => `Not shown: ${list}. A slowdown by the margin or more is not excluded; this is not a pass.`],
  ['pass', (list) => `Pass: ${list}. A slowdown by the margin is excluded.`],
];
/** The table has them all. */
const MOST_LISTED = 8;

/** What the pairs decide: a sentence of each outcome, the worst first, with ratio, interval and margin of each metric. */
function verdictLines(figures: readonly PairedFigure[], labels: Labels): string[] {
  if (figures.length === 0) return ['No pair gave a figure.'];
  return SENTENCES.flatMap(([outcome, sentence]) => {
    const all = figures.filter((figure) => figure.outcome === outcome);
    if (all.length === 0) return [];
    const listed = all.slice(0, MOST_LISTED).map((figure) => verdictWords(figure, nameOf(figure, figures, labels)));
    const more = all.length - listed.length;
    return [sentence([...listed, ...(more === 0 ? [] : [`and ${more} more`])].join(', '))];
  });
}

/** `decode rate × 0.958 (0.952 to 0.963, margin 5 %)` */
function verdictWords({ change, margin, pairs }: PairedFigure, name: string): string {
  if (change === null) return `${name} (${plural(pairs, 'pair')})`;
  const [ratio, low, high] = [change.estimate, change.lower, change.upper].map((x) => (1 + x).toFixed(3));
  return `${name} × ${ratio} (${low} to ${high}, margin ${percent(margin)})`;
}

/** With its case where there are several. */
function nameOf({ id, key, metric }: PairedFigure, figures: readonly PairedFigure[], labels: Labels): string {
  const { title } = METRICS[metric];
  return figures.every((other) => other.id === id) ? title : `${title} of ${caseLabel(labels, { key })}`;
}

/** What a side is, in what it differs from the other. */
export function sideWords(differences: PairsView['differences'], side: 'baseline' | 'candidate'): string[] {
  return [...new Set(differences.map((one) => differenceWord(one.name, one[side])))];
}

function differenceWord(name: string, value: string): string {
  return dimensionOf(name) === null ? `${name} ${value}` : dimensionWord([name, value]);
}

/** The values that the cases of both sides share. */
function sharedBySides({ figures, dropped }: PairsView): string {
  return labelsOf([...figures, ...figures.map(({ partnerKey }) => ({ key: partnerKey })), ...dropped]).shared;
}

/** Of the figure that takes the most rounds, since all figures take these; those that matter from more than 5 % on aside. */
function savingNote(figures: readonly PairedFigure[], labels: Labels): string | null {
  const gained = figures.flatMap((figure) => (figure.pairing === null ? [] : [{ figure, ...figure.pairing }]));
  const close = gained.filter(({ figure }) => figure.margin <= 0.05);
  const most = ({ roundsFor5Percent: { paired, unpaired } }: (typeof gained)[number]) =>
    Math.max(paired ?? MANY, unpaired ?? MANY);
  const [first] = (close.length > 0 ? close : gained).toSorted((a, b) => most(b) - most(a));
  if (first === undefined) return null;
  const { figure, correlation, halfWidth, roundsFor5Percent } = first;
  const { paired, unpaired } = roundsFor5Percent;
  const saved = paired === null || unpaired === null ? 0 : unpaired - paired;
  const lead =
    saved > 0 ? `Pairing saved ${count(saved)} of ${plural(unpaired!, 'round')} a side` : 'Pairing saved no rounds';
  const fewest = paired === FEWEST_PAIRS ? ', the fewest there can be' : '';
  return [
    `${lead}: for ${nameOf(figure, figures, labels)}, a change of 5 % takes ${rounds(first, 'paired')} pairs${fewest}, `,
    `or ${rounds(first, 'unpaired')} unpaired rounds a side. Its interval is ± ${percent(halfWidth.paired)}; `,
    `unpaired, these rounds would give ± ${percent(halfWidth.unpaired)} (correlation ρ = ${signed(correlation, 2)}).`,
  ].join('');
}

const MANY = Number.MAX_SAFE_INTEGER;

function rounds({ roundsFor5Percent }: Pick<PairingGain, 'roundsFor5Percent'>, way: 'paired' | 'unpaired'): string {
  const found = roundsFor5Percent[way];
  return found === null ? 'more than 10,000' : count(found);
}

function signed(value: number, digits: number): string {
  return value
    .toFixed(digits)
    .replace(/^-(?=.*[1-9])/, '−')
    .replace(/^-/, '');
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))} %`;
}
