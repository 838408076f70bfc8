// Options that choose among stored results, shared by the verbs that read many of them.
import { type Command, InvalidArgumentError } from 'commander';
import picomatch from 'picomatch';
import type { Filters } from '../stats/results-view.js';

export interface FilterOptions {
  machine?: string;
  model?: string;
  suite?: string;
  since?: string;
}

export function filtering(command: Command): Command {
  return command
    .option('--machine <name>', 'only results of this machine; * stands for any letters')
    .option('--model <name>', 'only results with this model')
    .option('--suite <name>', 'only results of this suite')
    .option('--since <when>', 'only results from then on: 2026-11-20, or 12h, 7d, 4w ago', since);
}

export function filtersOf({ machine, model, suite, since }: FilterOptions): Filters {
  const matching = (pattern?: string) => (pattern === undefined ? undefined : picomatch(pattern, { bash: true }));
  const named = { machine: matching(machine), model: matching(model), suite: matching(suite), since };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

const HOURS = { h: 1, d: 24, w: 7 * 24 };

/** An ISO time. */
function since(text: string): string {
  const [, count, unit] = /^(\d{1,6})([hdw])$/.exec(text) ?? [];
  const at =
    count === undefined
      ? Date.parse(text)
      : Date.now() - Number(count) * HOURS[unit as keyof typeof HOURS] * 60 * 60 * 1000;
  if (/^\d{4}-\d{2}/.test(text) || count !== undefined) {
    if (Number.isFinite(at)) return new Date(at).toISOString();
  }
  throw new InvalidArgumentError('expected a date such as 2026-11-20, or an age such as 12h, 7d or 4w.');
}
