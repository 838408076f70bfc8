// `regress`: a result against an earlier one of the same plan and machine, for scripts. With `--confirm` both sides are run
// again in pairs of rounds, and these decide.
import { haveSamePlan, shareCases } from '../contract/comparable.js';
import type { CompareView } from '../contract/views/compare.js';
import type { PairsView } from '../contract/views/pairs.js';
import type { RegressView } from '../contract/views/regress.js';
import type { Confirmed } from '../contract/vocabulary.js';
import { EdgeproofError, problem } from '../errors.js';
import { describeMachine } from '../machine/describe.js';
import { comparisonPage } from '../report/comparison-page.js';
import { pairsPage } from '../report/pairs-page.js';
import type { PairSide } from '../run/pairs.js';
import { describeTool } from '../run/provenance.js';
import { whyNotReproducible } from '../run/reproducible.js';
import type { Side } from '../stats/compare-view.js';
import { type Questioned, questioned, saysNoOtherwise } from '../stats/confirmation.js';
import { gateOf, gateOfPairs } from '../stats/gate.js';
import type { PairsOptions } from '../stats/pairs-view.js';
import { newestResult } from '../store/listing.js';
import { localExecutor } from '../worker/local-executor.js';
import { type Installation, otherInstallation } from '../worker/other-installation.js';
import { type CompareCommandOptions, open, screenOf, viewOptions } from './compare.js';
import { answerGate, type GateOptions } from './gate.js';
import { measurePairs } from './paired.js';
import { outputFormat, refuseUnread, say } from './terminal.js';

interface RegressOptions extends CompareCommandOptions, GateOptions {
  baseline?: string;
  confirm?: Confirmed;
  baselineInstall?: string;
  machine?: string;
}

/** The candidate against the newest earlier result of the same plan on the same machine, or a named baseline. */
export async function regress(candidateName: string, options: RegressOptions): Promise<number> {
  const { results, baseline, confirm, baselineInstall } = options;
  outputFormat(options.output);
  if (baselineInstall !== undefined && confirm === undefined)
    throw problem('input-invalid', { what: '--baseline-install without --confirm', expected: 'both, or neither' });
  const installed = baselineInstall === undefined ? null : await otherInstallation(baselineInstall);
  const candidate = open(results, candidateName);
  // Both installations can be run, so that no stored baseline is needed.
  if (installed !== null && confirm === 'all' && baseline === undefined) return gate(candidate, installed, options);
  const before = baseline === undefined ? earlierResult(results, candidate) : open(results, baseline);
  if (confirm === undefined) return answerScreen(screenOf(before, candidate, options), candidate, options);
  return confirmed(before, candidate, installed, { ...options, confirm });
}

/** What the other installation makes of the candidate's own cases, and this one. */
async function gate(candidate: Side, installed: Installation, options: RegressOptions): Promise<number> {
  const cases = candidate.document.cases.map(({ id }) => ({ id, partner: id }));
  const view = await pair(null, candidate, cases, installed, options);
  return answerPairs(null, view, candidate, options);
}

async function confirmed(
  before: Side,
  candidate: Side,
  installed: Installation | null,
  options: RegressOptions & { confirm: Confirmed },
): Promise<number> {
  const screen = screenOf(before, candidate, options);
  const cases = questioned(screen, options.confirm);
  try {
    if (cases.length > 0) {
      if (installed === null && cases.some(({ isSame }) => isSame)) throw sameSides();
      return answerPairs(screen, await pair(before, candidate, cases, installed, options), candidate, options);
    }
    say(`nothing to confirm: ${options.confirm === 'all' ? 'no case could be compared' : 'no figure is worse'}`);
  } catch (error) {
    if (!(error instanceof EdgeproofError) || error.code !== 'pairs-impossible') throw error;
    say(`not confirmed: ${error.message}${error.hint === null ? '' : `\n${error.hint}`}`);
  }
  return answerScreen(screen, candidate, options);
}

function answerScreen(screen: CompareView, candidate: Side, options: RegressOptions): number {
  const gate = gateOf(screen, aboutOf(candidate, options));
  const json: RegressView = { ...gate, comparison: screen, pairs: null };
  return answerGate(gate, { ...comparisonPage(screen), json }, whyBaseline(options), options);
}

function aboutOf({ document: { suite, machine } }: Side, { allowMissing }: RegressOptions) {
  return { suite: suite.content.name, machine: machine.id, allowMissing };
}

function whyBaseline({ baseline, baselineInstall }: RegressOptions): string {
  if (baseline !== undefined) return 'it was named';
  if (baselineInstall !== undefined) return `what ${baselineInstall} makes of it`;
  return 'the newest earlier result with the same plan and machine';
}

const OTHER_INSTALLATION =
  'if another version is the baseline, name a folder in which it is installed: --baseline-install';

function sameSides(): EdgeproofError {
  return problem('pairs-impossible', {
    reason: 'both sides have the same settings, so this installation would be compared with itself',
    hint: OTHER_INSTALLATION,
  });
}

/** `before` is null where the other installation runs the cases of the candidate. */
async function pair(
  before: Side | null,
  candidate: Side,
  cases: readonly (Pick<Questioned, 'id' | 'partner'> & Partial<Questioned>)[],
  installed: Installation | null,
  options: RegressOptions,
): Promise<PairsView> {
  const { results, machine, grade } = options;
  const own: Installation = { executor: localExecutor(), tool: describeTool() };
  const other = installed ?? own;
  requireReproducible('candidate', candidate, own, machine);
  if (before !== null) requireReproducible('baseline', before, other, machine);
  const sideOf = ({ document }: Side, by: Installation, ids: string[], isKnown: boolean): PairSide => ({
    ...by,
    suite: document.suite.content,
    cases: ids.map((id) => {
      const { key, identity } = document.cases.find((result) => result.id === id)!;
      return { id, key, identity: isKnown ? identity : null };
    }),
  });
  for (const { id, metrics = [] } of cases) say(`pairs: ${id}${metrics.length === 0 ? '' : `: ${metrics.join(', ')}`}`);
  const idsOf = (side: 'id' | 'partner') => cases.map((one) => one[side]);
  const sides = {
    baseline: sideOf(before ?? candidate, other, idsOf('partner'), before !== null),
    candidate: sideOf(candidate, own, idsOf('id'), true),
  };
  const asked = new Map(cases.map(({ id, metrics }) => [id, metrics]));
  const { minimumEffect } = viewOptions(options);
  const isWanted: PairsOptions['isWanted'] = (id, metric) => asked.get(id)?.includes(metric) ?? false;
  return measurePairs(
    sides,
    // Whether a fallback is allowed was decided when the stored results were measured.
    { results, machine, grade, allowFallback: true },
    { ...(minimumEffect !== undefined && { minimumEffect }), ...(before !== null && { isWanted }) },
  );
}

function requireReproducible(name: string, { document }: Side, by: Installation, machine?: string): void {
  const here = { machine: describeMachine(machine).id, tool: by.tool, versions: by.executor.versions() };
  const reason = whyNotReproducible(name, document, here);
  if (reason === null) return;
  const hint =
    name === 'baseline' ? OTHER_INSTALLATION : 'measure the candidate with this installation first: edgeproof run';
  throw problem('pairs-impossible', { reason, hint });
}

function answerPairs(screen: CompareView | null, pairs: PairsView, candidate: Side, options: RegressOptions): number {
  const gate = gateOfPairs(screen, pairs, aboutOf(candidate, options));
  const json: RegressView = { ...gate, comparison: screen, pairs };
  const exitCode = answerGate(gate, { ...pairsPage(pairs), json }, whyBaseline(options), options);
  if (screen !== null && saysNoOtherwise(screen, pairs, options))
    say(`the stored results differ otherwise, too: edgeproof compare ${screen.baseline} ${screen.candidate}`);
  return exitCode;
}

function earlierResult(directory: string, candidate: Side): Side {
  const { machine, suite, startedAt } = candidate.document;
  const found = newestResult(
    directory,
    (other) =>
      other.startedAt < startedAt && haveSamePlan(other, candidate.document) && shareCases(other, candidate.document),
    refuseUnread,
  );
  if (found !== null) return found;
  throw problem('nothing-to-compare', {
    reason: `${directory} has no earlier result that measured the cases of "${suite.content.name}", as they are in this one, on ${machine.id}`,
    hint: 'commit one as a baseline, or name one with --baseline',
  });
}
