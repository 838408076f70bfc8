// The life of a result document: begun from a plan, filled round by round, continued after an interruption. Pure.
import type { Case } from '../contract/case-key.js';
import type { GraphFacts } from '../contract/graph-facts.js';
import { type Machine, machineDifference } from '../contract/machine.js';
import type { Manifest } from '../contract/manifest.js';
import { type CaseResult, type ResultDocument, type Round, SCHEMA_VERSION } from '../contract/result.js';
import { RUNTIME_NAMES, RUNTIMES } from '../contract/runtimes.js';
import type { Suite } from '../contract/suite.js';
import { problem } from '../errors.js';
import type { Checkpoint } from '../models/checkpoint.js';
import { identityOf, suiteHash } from '../stats/identity.js';

export function beginDocument(
  suite: Suite,
  cases: Case[],
  about: Pick<ResultDocument, 'startedAt' | 'tool' | 'machine' | 'versions' | 'threads' | 'devices'>,
): ResultDocument {
  return {
    schemaVersion: SCHEMA_VERSION,
    ...about,
    suite: { hash: suiteHash(suite), content: suite },
    ceilings: null,
    cases: cases.map(({ id, key }) => ({ id, key, status: 'skipped', identity: null, checkpoint: null, rounds: [] })),
  };
}

export interface CheckpointFacts {
  checkpoint: Checkpoint;
  facts: GraphFacts;
  /** Size of the vocabulary, from the configuration; null where that does not say. */
  vocab: number | null;
  /** Whether models.json pins these bytes; meaningless for synthetic ones. */
  pinned?: boolean;
}

function sourceOf(manifest: Manifest, pinned = false): NonNullable<CaseResult['checkpoint']>['source'] {
  if (manifest.weights === 'synthetic') return null;
  const { kind, repo, revision } = manifest.source;
  return { kind, repo, revision, pinned };
}

/** Adds a round to its case, in place of an earlier failure of the same index, which is kept apart. */
export function recordRound(
  document: ResultDocument,
  result: CaseResult,
  round: Round,
  { checkpoint, facts, pinned }: CheckpointFacts,
): void {
  const { manifest } = checkpoint;
  const { parameters, files } = manifest;
  const { inputs, outputs, ...graph } = facts;
  const seed = manifest.weights === 'synthetic' ? manifest.seed : null;
  const { tuned } = manifest;
  result.checkpoint = { parameters, seed, source: sourceOf(manifest, pinned), files, graph, ...(tuned && { tuned }) };
  const retried = result.rounds
    .filter((known) => known.status === 'failed')
    .filter(({ index }) => index === round.index);
  if (retried.length > 0) result.retried = [...(result.retried ?? []), ...retried];
  result.rounds = [...result.rounds.filter((known) => known.index !== round.index), round].sort(
    (a, b) => a.index - b.index,
  );
  result.status = result.rounds.some((known) => known.status === 'failed') ? 'failed' : 'ok';
  if (round.status === 'ok') result.identity = identityOf(document, result, round.options, files);
}

/** Throws when the document was begun elsewhere or with other versions: its rounds would not be comparable. */
export function requireResumable(
  path: string,
  document: ResultDocument,
  now: { machine: Machine; versions: ResultDocument['versions'] },
): void {
  const fail = (reason: string) => problem('resume-mismatch', { path, reason });
  const machine = machineDifference(document.machine, now.machine);
  if (machine !== null) throw fail(`it was begun on ${machine.a}, this is ${machine.b}`);
  const used = RUNTIME_NAMES.filter((name) => document.cases.some(({ key }) => key.runtime === name));
  const required = RUNTIME_NAMES.filter((name) => RUNTIMES[name].optional === null);
  for (const name of new Set(['node' as const, ...required, ...used])) {
    const [before, present] = [document.versions[name], now.versions[name]];
    if (before !== present) throw fail(`it was begun with ${name} ${before}, this is ${present}`);
  }
}
