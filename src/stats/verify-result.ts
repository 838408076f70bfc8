// Does a stored result agree with itself? Each check derives something again and holds it against what is stored, beyond
// what the schema checks. Pure.
import { type CaseResult, type OkRound, okRounds, type ResultDocument } from '../contract/result.js';
import { isForeign } from '../contract/runtimes.js';
import { showSchema } from '../contract/views/show.js';
import { caseId } from '../suite/case-id.js';
import { ceilingShares } from './ceiling-share.js';
import { identityOf } from './identity.js';
import { timedPasses } from './metrics.js';
import { answersIn, workOf } from './parity.js';
import { showView } from './show.js';

interface Check {
  /** In words, as the name of a fault. */
  name: string;
  faults(document: ResultDocument, path: string): string[];
}

/** Clocks are read a few microseconds apart. */
const CLOCK_MS = 0.1;

const CHECKS: readonly Check[] = [
  { name: 'place', faults: misplaced },
  { name: 'case', faults: (document) => document.cases.flatMap(misnamed) },
  { name: 'identity', faults: (document) => document.cases.flatMap((result) => otherIdentity(document, result)) },
  { name: 'times', faults: (document) => inRounds(document, (round) => impossibleTimes(document, round)) },
  { name: 'tokens', faults: (document) => document.cases.flatMap(contradictions) },
  { name: 'work', faults: unproven },
  { name: 'memory', faults: (document) => inRounds(document, (round) => tooMuchMemory(document, round)) },
  { name: 'ceiling', faults: (document) => document.cases.flatMap((result) => aboveCeiling(document, result)) },
  { name: 'figures', faults: underivable },
];

export function faultsOf(document: ResultDocument, path: string): { check: string; message: string }[] {
  return CHECKS.flatMap(({ name, faults }) => faults(document, path).map((message) => ({ check: name, message })));
}

/** `results/<machine>/<suite>-<start>.json`: another name would be listed and compared as what it is not. */
function misplaced({ machine, suite, startedAt }: ResultDocument, path: string): string[] {
  const [name = '', folder, above] = path.split(/[\\/]/).toReversed();
  const start = startedAt.replace(/[-:]|\.\d+/g, '');
  const owner = folder === 'pairs' ? above : folder;
  return [
    ...(owner === machine.id ? [] : [`it lies in the folder ${owner}, but was measured on ${machine.id}`]),
    ...(name.startsWith(`${suite.content.name}-${start}`)
      ? []
      : [`its name should be ${suite.content.name}-${start}.json`]),
  ];
}

function misnamed({ id, key, status, rounds }: CaseResult): string[] {
  const expected = caseId(key);
  const counted = rounds.length === 0 ? 'skipped' : rounds.some(({ status }) => status === 'failed') ? 'failed' : 'ok';
  return [
    ...(id === expected ? [] : [`${id}: its key says ${expected}`]),
    ...(status === counted ? [] : [`${id}: its status is ${status}, its rounds say ${counted}`]),
  ];
}

function otherIdentity(document: ResultDocument, result: CaseResult): string[] {
  const round = okRounds(result).at(-1);
  if (round === undefined || isForeign(result.key.runtime)) return [];
  if (result.identity === null || result.checkpoint === null)
    return [`${result.id}: it was measured, but has no identity`];
  const { identity } = result;
  const derived = identityOf(document, result, round.options, result.checkpoint.files);
  return Object.entries(derived).flatMap(([part, value]) => {
    const stored = identity[part as keyof typeof derived];
    return stored === value
      ? []
      : [`${result.id}: ${part} is stored as ${stored}, but its files and settings give ${value}`];
  });
}

function impossibleTimes({ startedAt }: ResultDocument, round: OkRound): string[] {
  const early = round.startedAt < startedAt ? [`it started at ${round.startedAt}, before the run`] : [];
  const longer = timedPasses(round).flatMap(({ tokenMs, sessionMs }, i) => {
    const [first, last] = [tokenMs[0]!, tokenMs.at(-1)!];
    const isLonger = sessionMs.prefill > first + CLOCK_MS || sessionMs.decode > last - first + CLOCK_MS;
    return isLonger ? [`iteration ${i}: the session took longer than the pass around it`] : [];
  });
  return [...early, ...longer];
}

/** One checkpoint reads one prompt: its greedy tokens are the same each time. */
function contradictions(result: CaseResult): string[] {
  const seen = new Map<number, string>();
  const other = okRounds(result)
    .flatMap(timedPasses)
    .filter(({ seed, tokensHash }) => {
      const before = seen.get(seed) ?? tokensHash;
      seen.set(seed, before);
      return before !== tokensHash;
    });
  return [...new Set(other.map(({ seed }) => seed))].map(
    (seed) => `${result.id}: seed ${seed} led to different tokens`,
  );
}

function unproven({ cases }: ResultDocument): string[] {
  const answers = answersIn(cases);
  return cases.flatMap((result) =>
    workOf(result, answers.of(result))?.proven === false
      ? [`${result.id}: it is not shown that the whole prompt was read`]
      : [],
  );
}

function tooMuchMemory({ machine }: ResultDocument, { memory }: OkRound): string[] {
  const most = Math.max(
    memory.peakRssBytes ?? 0,
    ...Object.values(memory.phases).map(({ peakRssBytes }) => peakRssBytes ?? 0),
  );
  return machine.memoryBytes !== null && most > machine.memoryBytes
    ? [`${most} bytes were resident, and the machine has ${machine.memoryBytes}`]
    : [];
}

function aboveCeiling(document: ResultDocument, result: CaseResult): string[] {
  return Object.entries(ceilingShares(document, result)).flatMap(([phase, share]) =>
    share?.impossible
      ? [
          `${result.id}: ${phase} at ${share.rate.toPrecision(4)} tok/s; this machine can do ${share.highestRate.toPrecision(4)} at most`,
        ]
      : [],
  );
}

/** Every figure can be derived again, and is a number. */
function underivable(document: ResultDocument, path: string): string[] {
  const parsed = showSchema.safeParse(showView(document, path));
  return parsed.success ? [] : parsed.error.issues.map(({ path: field, message }) => `${field.join('.')}: ${message}`);
}

function inRounds({ cases }: ResultDocument, faults: (round: OkRound) => string[]): string[] {
  return cases.flatMap((result) =>
    okRounds(result).flatMap((round) =>
      faults(round).map((fault) => `${result.id}, round ${round.index + 1}: ${fault}`),
    ),
  );
}

/** Results that are stored twice: each but the first of one machine, start and side. */
export function duplicates(results: readonly { path: string; document: ResultDocument }[]): Map<string, string> {
  const first = new Map<string, string>();
  const again = new Map<string, string>();
  for (const { path, document } of results) {
    const side = document.sitting === undefined ? '' : (/-(baseline|candidate)\.json$/.exec(path)?.[1] ?? '');
    const key = [document.machine.id, document.startedAt, document.suite.hash, side].join(' ');
    const before = first.get(key);
    if (before === undefined) first.set(key, path);
    else again.set(path, before);
  }
  return again;
}
