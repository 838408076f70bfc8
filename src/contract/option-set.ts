// A set of session options, as a suite and a case key hold it.
import { z } from 'zod';
import { DEFAULT_OPTIONS, OPTION_NAMES, type OptionName, type OptionValue, optionRow } from './options.js';

/** Config keys that are set under another name: the same setting written twice would give one case two ids. */
const NAMED_KEYS = new Map([['session.intra_op_num_threads', 'threads']]);
for (const name of OPTION_NAMES) {
  const key = optionRow(name).configKey;
  if (key !== undefined) NAMED_KEYS.set(key, `option ${name}`);
}

const configKey = z.string().superRefine((key, context) => {
  const complain = (message: string) => context.addIssue({ code: 'custom', message });
  const named = NAMED_KEYS.get(key);
  if (named !== undefined) complain(`is set by ${named}`);
  else if (!/^[a-z0-9_]+(\.[A-Za-z0-9_]+)+$/.test(key))
    complain('is not a config key such as session.dynamic_block_base');
});

function optionSchema(name: OptionName) {
  const { values, help, note, default: usual } = optionRow(name);
  const words = values.filter((value) => typeof value === 'string');
  const error = note === undefined ? undefined : `${words.join(' or ')}; ${note}`;
  const schema = words.length === 0 ? z.boolean() : z.enum(words, error);
  return schema.optional().describe(`${help} (default ${usual}).`);
}

const namedOptions = Object.fromEntries(OPTION_NAMES.map((name) => [name, optionSchema(name)])) as unknown as {
  [N in OptionName]: z.ZodOptional<z.ZodType<OptionValue<N>>>;
};

export const optionSetSchema = z
  .strictObject({
    ...namedOptions,
    config: z.record(configKey, z.string()).optional().describe('Session config entries of ONNX Runtime, by key.'),
  })
  .describe('Session options; the runtime keeps its own value for what is left out.');

export type OptionSet = z.output<typeof optionSetSchema>;

/** The options that differ from the defaults, in a fixed order; undefined if none does. */
export function distinctOptions(set: OptionSet): OptionSet | undefined {
  const named = OPTION_NAMES.filter((name) => (set[name] ?? DEFAULT_OPTIONS[name]) !== DEFAULT_OPTIONS[name]);
  const config = Object.entries(set.config ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const distinct: OptionSet = {
    ...Object.fromEntries(named.map((name) => [name, set[name]])),
    ...(config.length === 0 ? {} : { config: Object.fromEntries(config) }),
  };
  return Object.keys(distinct).length === 0 ? undefined : distinct;
}
