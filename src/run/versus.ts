// The two sides of `run --vs`: the cases of a suite, and their counterparts in another configuration or installation.
import type { Suite } from '../contract/suite.js';
import { describeMachine } from '../machine/describe.js';
import { automaticThreads } from '../machine/threads.js';
import { openSources } from '../models/source.js';
import { counterparts } from '../suite/counterparts.js';
import { planCases } from '../suite/plan.js';
import { type Versus, versusSuite } from '../suite/versus.js';
import type { PairSideName } from './events.js';
import type { PairSide } from './pairs.js';

type Installation = Pick<PairSide, 'executor' | 'tool'>;

/** This run is the candidate. `other` runs the other side. Throws where a case has no counterpart, or not just one. */
export function versusSides(
  suite: Suite,
  versus: Versus,
  { own, other, machine }: { own: Installation; other: Installation; machine?: string | undefined },
): Record<PairSideName, PairSide> {
  const { threads } = automaticThreads(describeMachine(machine));
  const { traitsOf } = openSources();
  const otherSuite = versusSuite(suite, versus);
  const named = versus.dimensions.map(({ name }) => name);
  const pairs = counterparts(planCases(otherSuite, threads, traitsOf), planCases(suite, threads, traitsOf), named);
  const unknown = (one: { id: string; key: PairSide['cases'][number]['key'] }) => ({ ...one, identity: null });
  return {
    baseline: { ...other, suite: otherSuite, cases: pairs.map(({ before }) => unknown(before)) },
    candidate: { ...own, suite, cases: pairs.map(({ after }) => unknown(after)) },
  };
}
