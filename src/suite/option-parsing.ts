// `--option spinning=off,on`: option sets as the command line writes them.
import type { OptionSet } from '../contract/option-set.js';
import { OPTION_NAMES, type OptionName, optionRow, optionWord } from '../contract/options.js';
import { problem } from '../errors.js';
import { requireFewCases } from './case-count.js';

/** The product of all lists: `spinning=off,on` with `session.xyz=1,2` gives four sets. */
export function parseOptions(texts: readonly string[]): OptionSet[] {
  const lists = new Map<string, string[]>();
  for (const text of texts) {
    const [, name, values] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined) throw invalid(`--option ${text}`, 'name=value, such as spinning=off or spinning=off,on');
    lists.set(name, [...(lists.get(name) ?? []), ...values!.split(',').map((value) => value.trim())]);
  }
  requireFewCases({ option: [...lists.values()].map(({ length }) => length) });
  let sets: OptionSet[] = [{}];
  for (const [name, values] of lists) sets = sets.flatMap((set) => values.map((value) => withOption(set, name, value)));
  return sets;
}

function withOption(set: OptionSet, name: string, text: string): OptionSet {
  if (name.includes('.')) return { ...set, config: { ...set.config, [name]: text } };
  if (!isOptionName(name)) {
    const expected = `one of ${OPTION_NAMES.join(', ')}, or a session config key such as session.dynamic_block_base`;
    throw invalid(`--option ${name}: there is no such option`, expected);
  }
  const { values, note } = optionRow(name);
  const value = values.find((known) => optionWord(known) === text);
  if (value !== undefined) return { ...set, [name]: value };
  const expected = values.includes(true) ? `${name}=on or ${name}=off` : `one of ${values.join(', ')}`;
  throw invalid(`--option ${name}=${text}`, note === undefined ? expected : `${expected}; ${note}`);
}

function isOptionName(name: string): name is OptionName {
  return (OPTION_NAMES as string[]).includes(name);
}

function invalid(what: string, expected: string) {
  return problem('input-invalid', { what, expected });
}
