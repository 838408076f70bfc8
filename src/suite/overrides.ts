// What the command line changes of a suite: values of dimensions, rounds and settings.
import { validate } from '../contract/json-file.js';
import { type Suite, suiteSchema } from '../contract/suite.js';
import { caseWorkloadSchema } from '../contract/workloads.js';
import { problem } from '../errors.js';
import { requireFewCases } from './case-count.js';
import { DIMENSION_NAMES, type DIMENSIONS, type DimensionName, dimensionRow } from './dimensions.js';
import { loadSuite, suiteNames } from './load.js';
import { overrideRounds, type RoundsOverrides } from './override-rounds.js';

/** The texts behind the options of dimensions; several where one is repeatable. */
export type DimensionTexts = { [N in DimensionName]?: string | string[] | undefined };

/** The field of a suite that a dimension fills; those of workloads go by the name of the dimension. */
type FieldOf<N extends DimensionName> = (typeof DIMENSIONS)[N]['field'] extends 'workloads'
  ? N
  : (typeof DIMENSIONS)[N]['field'];
/** By field, not yet validated. */
type DimensionOverrides = { [N in DimensionName as FieldOf<N>]?: unknown };
type Settings = Partial<Pick<Suite, 'iterations' | 'warmup' | 'cold' | 'seed' | 'timeoutSeconds'>>;
export type SuiteOverrides = DimensionOverrides & RoundsOverrides & Settings;

export function readDimensions(texts: DimensionTexts): DimensionOverrides {
  const overrides: Record<string, unknown> = {};
  for (const name of DIMENSION_NAMES) {
    const text = texts[name];
    if (text === undefined) continue;
    const { field, read, requires } = dimensionRow(name);
    requireOther(texts, name, requires);
    const key = field === 'workloads' ? name : field;
    const values = read([text].flat(), `--${name}`);
    overrides[key] = key in overrides ? combinations(overrides[key] as object[], values as object[]) : values;
  }
  return overrides;
}

function requireOther(texts: DimensionTexts, name: DimensionName, other: string | undefined): void {
  if (other === undefined || texts[other as DimensionName] !== undefined) return;
  throw problem('input-invalid', { what: `--${name} without --${other}`, expected: 'both, or neither' });
}

function combinations(sets: object[], more: object[]): object[] {
  requireFewCases({ limits: [sets.length, more.length] });
  return sets.flatMap((set) => more.map((other) => ({ ...set, ...other })));
}

/** The suite with other values; dimensions of workloads replace those of every workload that has them. */
export function overrideSuite(suite: Suite, { rounds, target, budget, ...others }: SuiteOverrides): Suite {
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  const inWorkloads = given.filter(([name]) => DIMENSION_NAMES.some((known) => known === name && isOfWorkloads(known)));
  for (const [name] of inWorkloads)
    if (!suite.workloads.some((workload) => name in workload)) throw unused(suite, name);
  const overridden = {
    ...suite,
    ...Object.fromEntries(given.filter((entry) => !inWorkloads.includes(entry))),
    rounds: overrideRounds(suite.rounds, { rounds, target, budget }),
    workloads: suite.workloads.map((workload) => ({
      ...workload,
      ...Object.fromEntries(inWorkloads.filter(([name]) => name in workload)),
    })),
  };
  return validate('the command line', overridden, suiteSchema, 'see `edgeproof run --help`');
}

function isOfWorkloads(name: DimensionName): boolean {
  return dimensionRow(name).field === 'workloads';
}

function unused(suite: Suite, name: string) {
  const kinds = caseWorkloadSchema.options.filter(({ shape }) => name in shape).map(({ shape }) => shape.kind.value);
  const others = suiteNames().filter((other) => loadSuite(other).workloads.some((workload) => name in workload));
  return problem('input-invalid', {
    what: `--${name} changes nothing: suite ${suite.name} has no ${kinds.join(' or ')} workload`,
    expected: `a suite that has one, such as ${others.join(', ')}`,
  });
}
