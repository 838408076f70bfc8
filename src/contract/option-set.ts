// Options of a runtime's session as a dimension of a suite: what may be set, what the defaults are, how a case names it.
import { z } from 'zod';

export const GRAPH_OPTIMIZATIONS = ['disabled', 'basic', 'extended', 'layout', 'all'] as const;

/** Config keys that have a name of their own here: two ways to say one thing would be two identities of one case. */
const NAMED_KEYS: Record<string, string> = {
  'session.intra_op.allow_spinning': 'option spinning',
  'session.enable_cpu_mem_arena': 'option arena',
  'session.enable_mem_pattern': 'option memoryPattern',
  'session.graph_optimization_level': 'option graphOptimization',
  'session.intra_op_num_threads': 'threads',
};
/** `graph`: as the graph's inputs have it, float32 or float16 by its dtype. */
export const KV_DTYPES = ['graph', 'int8'] as const;
export const KV_DTYPE_RULE = 'dtypes fp16 and q4f16 keep the KV cache in float16, the others in float32';

const configKey = z.string().superRefine((key, context) => {
  const complain = (message: string) => context.addIssue({ code: 'custom', message });
  const named = NAMED_KEYS[key];
  if (named !== undefined) complain(`is set by ${named}`);
  else if (!/^[a-z0-9_]+(\.[A-Za-z0-9_]+)+$/.test(key))
    complain('is not a config key such as session.dynamic_block_base');
});

export const optionSetSchema = z
  .strictObject({
    spinning: z.boolean().optional().describe('Idle threads spin before they sleep (default true).'),
    arena: z.boolean().optional().describe('Memory comes from an arena that is kept (default true).'),
    memoryPattern: z.boolean().optional().describe('Memory of a run is planned from earlier ones (default true).'),
    graphOptimization: z.enum(GRAPH_OPTIMIZATIONS).optional().describe('How far the graph is rewritten (default all).'),
    kvDtype: z
      .enum(KV_DTYPES, { error: `graph or int8; ${KV_DTYPE_RULE}` })
      .optional()
      .describe('Tokens keep and read the KV cache in this type (default graph); int8 needs the layout split.'),
    hugePages: z.boolean().optional().describe('Memory comes in pages of 2 MiB, on Linux (default false).'),
    config: z.record(configKey, z.string()).optional().describe('Session config entries of ONNX Runtime, by key.'),
  })
  .describe('Options of the session; what is left out stays as the runtime has it.');

export type OptionSet = z.output<typeof optionSetSchema>;

export const DEFAULT_OPTIONS = {
  spinning: true,
  arena: true,
  memoryPattern: true,
  graphOptimization: 'all',
  kvDtype: 'graph',
  hugePages: false,
} as const;
export type OptionName = keyof typeof DEFAULT_OPTIONS;

export const NAMED_OPTIONS = Object.keys(DEFAULT_OPTIONS) as OptionName[];

/** What differs from the defaults, in a fixed order; undefined where nothing does. */
export function distinctOptions(set: OptionSet): OptionSet | undefined {
  const config = Object.entries(set.config ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const distinct: OptionSet = {
    ...Object.fromEntries(
      NAMED_OPTIONS.filter((name) => (set[name] ?? DEFAULT_OPTIONS[name]) !== DEFAULT_OPTIONS[name]).map((name) => [
        name,
        set[name],
      ]),
    ),
    ...(config.length === 0 ? {} : { config: Object.fromEntries(config) }),
  };
  return Object.keys(distinct).length === 0 ? undefined : distinct;
}

const PREFIX = 'option.';

/** `option.spinning: off`, as `--option spinning=off` sets it. */
export function optionDimensions(set: OptionSet | undefined): Record<string, string> {
  const { config = {}, ...named } = set ?? {};
  return Object.fromEntries(
    Object.entries({ ...named, ...config }).map(([name, value]) => [PREFIX + name, wordFor(value as string | boolean)]),
  );
}

export function isOptionDimension(dimension: string): boolean {
  return dimension.startsWith(PREFIX);
}

/** The value of an option that a case leaves alone. */
export function defaultOption(dimension: string): string {
  const name = dimension.slice(PREFIX.length);
  return name in DEFAULT_OPTIONS ? wordFor(DEFAULT_OPTIONS[name as OptionName]) : 'default';
}

function wordFor(value: string | boolean): string {
  return typeof value === 'string' ? value : value ? 'on' : 'off';
}
