// Which case of another configuration belongs to which case of this one: they agree in everything that tells the cases of a
// side apart. What is not unique is refused. Pure.
import type { Case } from '../contract/case-key.js';
import { workloadRow } from '../contract/workloads.js';
import { problem } from '../errors.js';
import { caseDimensions } from './case-id.js';

export interface Counterparts {
  before: Case;
  after: Case;
}

type Facts = Record<string, string>;

/** In the order of `cases`. `named`: the dimensions in which the sides differ on purpose; none where installations differ. */
export function counterparts(
  others: readonly Case[],
  cases: readonly Case[],
  named: readonly string[],
): Counterparts[] {
  const telling = [...new Set([...varying(cases), ...varying(others)])].filter((name) => !named.includes(name));
  const labelOf = (one: Case) => JSON.stringify(telling.map((name) => factsOf(one)[name] ?? null));
  const partners = new Map(others.map((one) => [labelOf(one), one]));
  requireUnique(cases, labelOf, named);
  const pairs = cases.map((after) => {
    const before = partners.get(labelOf(after));
    if (before === undefined) throw withoutPartner(after, named);
    return { before, after };
  });
  const same = pairs.find(({ before, after }) => before.id === after.id);
  if (same !== undefined && named.length > 0) {
    throw problem('input-invalid', {
      what: `--vs ${named.join(', ')} changes nothing of ${same.after.id}`,
      expected: 'another value than this run has, and a suite whose cases all take it',
    });
  }
  return pairs;
}

function factsOf({ key }: Case): Facts {
  return { workload: workloadRow(key.workload).name(key.workload), ...caseDimensions(key) };
}

/** The names whose values differ within a side. */
function varying(cases: readonly Case[]): string[] {
  const all = cases.map(factsOf);
  return [...new Set(all.flatMap(Object.keys))].filter((name) => new Set(all.map((facts) => facts[name])).size > 1);
}

function requireUnique(cases: readonly Case[], labelOf: (one: Case) => string, named: readonly string[]): void {
  if (new Set(cases.map(labelOf)).size === cases.length) return;
  const names = varying(cases).filter((name) => named.includes(name));
  const values = (name: string) => [...new Set(cases.map((one) => factsOf(one)[name] ?? 'default'))].join(', ');
  throw problem('input-invalid', {
    what: names
      .map((name) => `--vs ${name}: this run has ${name} ${values(name)}, so that no case has one counterpart`)
      .join('; '),
    expected: `one value in this run, such as ${names.map((name) => `--${name.replace('.', ' ')} ${values(name).split(', ')[0]}`).join(' ')}`,
  });
}

function withoutPartner({ id }: Case, named: readonly string[]) {
  return problem('input-invalid', {
    what: `--vs ${named.join(', ')}: the other side has no counterpart of ${id}`,
    expected: 'a run whose cases the other side has, too: give what differs one value on each side',
  });
}
