// How session options are named in case ids: each option is a dimension, `option.spinning`. Pure.
import type { OptionSet } from '../contract/option-set.js';
import { DEFAULT_OPTIONS, type OptionName, optionWord } from '../contract/options.js';

const PREFIX = 'option.';

/** `option.spinning: off`, as `--option spinning=off` sets it. */
export function optionDimensions(set: OptionSet | undefined): Record<string, string> {
  const { config = {}, ...named } = set ?? {};
  return Object.fromEntries(
    Object.entries({ ...named, ...config }).map(([name, value]) => [PREFIX + name, optionWord(value)]),
  );
}

export function isOptionDimension(dimension: string): boolean {
  return dimension.startsWith(PREFIX);
}

/** `option.spinning` → `spinning` */
export function optionOf(dimension: string): string {
  return dimension.slice(PREFIX.length);
}

/** The value of an option in a case that does not set it. */
export function defaultOption(dimension: string): string {
  const name = optionOf(dimension);
  return name in DEFAULT_OPTIONS ? optionWord(DEFAULT_OPTIONS[name as OptionName]) : 'default';
}
