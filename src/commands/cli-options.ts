// Options that several verbs share, and readers for the values of options.
import { InvalidArgumentError, Option } from 'commander';
import { type Bounds, MOST_NAME_LENGTH } from '../contract/bounds.js';
import { problem } from '../errors.js';
import type { WantedPair } from '../stats/pairing.js';

export const help = () => new Option('-h, --help', 'show this help');
export const output = () => new Option('-o, --output <format>', 'table, md, json, jsonl or csv').default('table');
export const results = () => new Option('--results <directory>', 'where results are stored').default('results');
export const machineName = () =>
  new Option('--machine <name>', 'name of this machine in results (default: from its hardware)')
    .env('EDGEPROOF_MACHINE')
    .argParser(name);
export const list = (text: string) => text.split(',').map((item) => item.trim());
export const collect = (text: string, before: string[] = []) => [...before, text];

/** The one of `names` that was written. */
export function known<T extends string>(text: string, names: readonly T[], what: string, expected: string): T {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw problem('input-invalid', { what, expected: `${expected} ${names.join(', ')}` });
}

export function whole({ least, most }: Bounds) {
  return (text: string) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
  };
}

/** So that both sides of pairs come first equally often. */
export function even(bounds: Bounds) {
  return (text: string) => {
    const value = whole(bounds)(text);
    if (value % 2 === 0) return value;
    throw new InvalidArgumentError('expected an even number, so that each side comes first equally often.');
  };
}

export function positive(most: number) {
  return (text: string) => {
    const value = Number(text);
    if (value > 0 && value <= most) return value;
    throw new InvalidArgumentError(`expected a number above 0, ${most} at most.`);
  };
}

/** `threads=1:4`; in `C:\\a.onnx:b.onnx` the first colon is part of a path. */
export function pair(text: string, before: WantedPair[] = []): WantedPair[] {
  const [, dimension, baseline, candidate] = /^([^=]+)=(.+?):(?![\\/])(.+)$/.exec(text) ?? [];
  if (dimension !== undefined) return [...before, { dimension, baseline: baseline!, candidate: candidate! }];
  throw new InvalidArgumentError('expected a dimension and a value of each side, such as threads=1:4.');
}

/** A name that can be a folder. */
export function name(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text) && text.length <= MOST_NAME_LENGTH) return text;
  throw new InvalidArgumentError(`expected letters, digits, dots and dashes, ${MOST_NAME_LENGTH} at most.`);
}
