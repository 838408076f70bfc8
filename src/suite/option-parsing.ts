// `--option spinning=off,on`: option sets as the command line writes them.
import {
  DEFAULT_OPTIONS,
  GRAPH_OPTIMIZATIONS,
  KV_DTYPE_RULE,
  KV_DTYPES,
  NAMED_OPTIONS,
  type OptionSet,
} from '../contract/option-set.js';
import { problem } from '../errors.js';

const SWITCHES: Record<string, boolean> = { on: true, off: false };

/** `spinning=off,on` and `session.xyz=1` as the product of their lists, as llama-bench's lists are. */
export function parseOptions(texts: string[]): OptionSet[] {
  const lists = new Map<string, string[]>();
  for (const text of texts) {
    const [, name, values] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined) throw invalid(`--option ${text}`, 'name=value, such as spinning=off or spinning=off,on');
    lists.set(name, [...(lists.get(name) ?? []), ...values!.split(',').map((value) => value.trim())]);
  }
  let sets: OptionSet[] = [{}];
  for (const [name, values] of lists) sets = sets.flatMap((set) => values.map((value) => withOption(set, name, value)));
  return sets;
}

function withOption(set: OptionSet, name: string, value: string): OptionSet {
  if (name.includes('.')) return { ...set, config: { ...set.config, [name]: value } };
  if (!(name in DEFAULT_OPTIONS)) {
    const expected = `one of ${NAMED_OPTIONS.join(', ')}, or a session config key such as session.dynamic_block_base`;
    throw invalid(`--option ${name}: there is no such option`, expected);
  }
  if (name === 'graphOptimization') return { ...set, [name]: oneOf(GRAPH_OPTIMIZATIONS, name, value) };
  if (name === 'kvDtype') return { ...set, [name]: oneOf(KV_DTYPES, name, value, `; ${KV_DTYPE_RULE}`) };
  const state = SWITCHES[value];
  if (state === undefined) throw invalid(`--option ${name}=${value}`, `${name}=on or ${name}=off`);
  return { ...set, [name]: state };
}

function oneOf<T extends string>(known: readonly T[], name: string, value: string, more = ''): T {
  const found = known.find((word) => word === value);
  if (found === undefined) throw invalid(`--option ${name}=${value}`, `one of ${known.join(', ')}${more}`);
  return found;
}

function invalid(what: string, expected: string) {
  return problem('input-invalid', { what, expected });
}
