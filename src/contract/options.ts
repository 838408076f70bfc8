// The options of a runtime's session: one row each. The schema of a suite, the command line, the defaults and the names
// in case ids all come from this table. Pure.

interface OptionRow {
  values: readonly (string | boolean)[];
  /** What a session has where nobody asks for anything else; one of the values. */
  default: string | boolean;
  help: string;
  /** What a refusal of other values adds. */
  note?: string;
  /** The config key of ONNX Runtime that it sets: refused under `config`, so that a case has only one id. */
  configKey?: string;
}

const SWITCH = [true, false] as const;
const GRAPH_OPTIMIZATIONS = ['disabled', 'basic', 'extended', 'layout', 'all'] as const;

export const OPTIONS = {
  spinning: {
    values: SWITCH,
    default: true,
    help: 'Idle threads spin before they sleep',
    configKey: 'session.intra_op.allow_spinning',
  },
  arena: {
    values: SWITCH,
    default: true,
    help: 'Memory comes from an arena that is kept',
    configKey: 'session.enable_cpu_mem_arena',
  },
  memoryPattern: {
    values: SWITCH,
    default: true,
    help: 'Memory of a run is planned from earlier ones',
    configKey: 'session.enable_mem_pattern',
  },
  graphOptimization: {
    values: GRAPH_OPTIMIZATIONS,
    default: 'all',
    help: 'How far the graph is rewritten',
    configKey: 'session.graph_optimization_level',
  },
  kvDtype: {
    // `graph`: float32 or float16, as the inputs of the graph have it.
    values: ['graph', 'int8'],
    default: 'graph',
    help: 'Type of the KV cache; int8 needs the layout split',
    note: 'dtypes fp16 and q4f16 keep the KV cache in float16, and so does layout matched; the others in float32',
  },
  hugePages: {
    values: SWITCH,
    default: false,
    help: 'Memory comes in pages of 2 MiB, on Linux',
  },
} as const satisfies Record<string, OptionRow>;

export type OptionName = keyof typeof OPTIONS;
export type OptionValue<N extends OptionName> = (typeof OPTIONS)[N]['values'][number];

export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

export function optionRow(name: OptionName): OptionRow {
  return OPTIONS[name];
}

export const DEFAULT_OPTIONS = Object.fromEntries(OPTION_NAMES.map((name) => [name, OPTIONS[name].default])) as {
  [N in OptionName]: OptionValue<N>;
};

/** Stored with the options of a round, but seen, not asked for: no part of an identity. */
export const OBSERVED_OPTIONS: readonly string[] = ['hugePagesShare', 'threadsMethod'];

/** A value as the command line and case ids write it. */
export function optionWord(value: string | boolean): string {
  return typeof value === 'string' ? value : value ? 'on' : 'off';
}
