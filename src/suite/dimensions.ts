// The dimensions of a suite, one row each: the option that sets it, the field of a suite that it fills, its words in a
// case id, its label in tables, and what else differs with it. In the order of case ids. Pure, and free of zod, because
// `--help` reads it.
import { BOUNDS } from '../contract/bounds.js';
import type { CaseKey } from '../contract/case-key.js';
import { ONNX_LAYOUTS } from '../contract/layouts.js';
import { sizeWord } from '../contract/limit-text.js';
import type { LimitSet } from '../contract/limits.js';
import { RUNTIME_NAMES } from '../contract/runtimes.js';
import type { Suite } from '../contract/suite.js';
import { EXECUTION_PROVIDERS, WEIGHTS } from '../contract/vocabulary.js';
import { list, oneNumber, processors, quotas, type Reader, ranges, sizes, threadCounts } from './dimension-values.js';
import { defaultOption, isOptionDimension, optionDimensions, optionOf } from './option-dimensions.js';
import { parseOptions } from './option-parsing.js';

/** The headings of `edgeproof run --help` under which dimensions stand. */
export const DIMENSION_GROUPS = ['What to run:', 'How much to run:', 'How to run it:', 'Limits:'] as const;

export interface Dimension {
  /** The option of `run` with the name of the dimension: a short form, what stands behind it, and its help. */
  short?: string;
  metavar: string;
  help: string;
  group: (typeof DIMENSION_GROUPS)[number];
  repeatable?: true;
  /** Another dimension without which this one means nothing. */
  requires?: string;
  /**
   * The list of a suite that it fills. Dimensions that share a list of objects fill it with their combinations. For
   * `workloads`, it fills the field of its own name in every workload that has one.
   */
  field: Extract<keyof Suite, string>;
  /** Reads the values from the command line. */
  read: Reader<unknown>;
  /** Its names and values in the id of a case; undefined values are left out. */
  inId(key: Partial<CaseKey>): Record<string, string | number | undefined>;
  /** A value in a heading or a sentence (default: the value itself); null if headings leave it out. */
  label?: ((value: string, name: string) => string) | null;
  /** In headings it follows this dimension without a separator: `tuned q4`. */
  follows?: string;
  /** The value of a case whose id leaves it out. */
  unnamed?: (name: string) => string;
  /** Other differences that `compare --across` then accepts: of dimensions and of identities. */
  implies?: readonly string[];
}

/** Reads each value as a set with this one limit. */
function limit<T>(read: Reader<T[]>, setOf: (value: T) => LimitSet): Reader<LimitSet[]> {
  return (texts, option) => read(texts, option).map(setOf);
}

const size = (bytes: number | undefined) => (bytes === undefined ? undefined : sizeWord(bytes));
const lengths = (workload: CaseKey['workload'] | undefined) =>
  workload !== undefined && 'prompt' in workload ? workload : null;

/** What the dimensions of a group have in common. */
const WHAT = { group: 'What to run:', read: list } as const;
const HOW_MUCH = { group: 'How much to run:', field: 'workloads', label: null } as const;
const LIMIT = {
  group: 'Limits:',
  field: 'limits',
  label: (value: string, name: string) => `${name} ${value}`,
} as const;

export const DIMENSIONS = {
  model: {
    ...WHAT,
    short: 'm',
    metavar: 'models',
    help: 'ids of models.json, hub ids (org/name@revision), folders, or .onnx, .gguf or config.json files',
    field: 'models',
    inId: ({ model }) => ({ model }),
    implies: ['weights', 'graph', 'workload'],
  },
  weights: {
    ...WHAT,
    metavar: 'kinds',
    help: `${WEIGHTS.join(', ')} (default: synthetic for ids of models.json and config.json, real for others)`,
    field: 'weights',
    // Ids of synthetic cases name their layout instead, so that results of earlier versions keep matching.
    inId: ({ weights, layout }) => ({ weights: layout === null ? weights : undefined }),
    label: null,
    implies: ['layout', 'graph'],
  },
  layout: {
    ...WHAT,
    metavar: 'layouts',
    help: `graph layouts of synthetic ONNX checkpoints: ${ONNX_LAYOUTS.join(', ')}`,
    field: 'layouts',
    inId: ({ layout }) => ({ layout: layout ?? undefined }),
    implies: ['weights', 'graph', 'workload'],
  },
  dtype: {
    ...WHAT,
    metavar: 'dtypes',
    help: 'weight formats: fp32, fp16, q8, int8, uint8, q4, q4f16, bnb4 …',
    field: 'dtypes',
    inId: ({ dtype }) => ({ dtype }),
    follows: 'layout',
    implies: ['weights', 'graph', 'workload'],
  },
  runtime: {
    ...WHAT,
    metavar: 'names',
    help: `runtimes: ${RUNTIME_NAMES.join(', ')}`,
    field: 'runtimes',
    inId: ({ runtime }) => ({ runtime }),
    implies: ['options', 'runtimeVersion'],
  },
  ep: {
    ...WHAT,
    metavar: 'names',
    help: `execution providers: ${EXECUTION_PROVIDERS.join(', ')}`,
    field: 'eps',
    inId: ({ ep }) => ({ ep }),
    implies: ['options'],
  },
  threads: {
    short: 't',
    metavar: 'ranges',
    help: 'thread counts: 2, 1,2, 1-8*2 or auto',
    group: 'How to run it:',
    field: 'threads',
    read: threadCounts,
    inId: ({ threads }) => ({ threads }),
    label: (value) => `${value} ${value === '1' ? 'thread' : 'threads'}`,
    implies: ['options'],
  },
  option: {
    metavar: 'name=values',
    help: 'session options, such as spinning=off,on or session.xyz=1; may be repeated',
    group: 'How to run it:',
    repeatable: true,
    field: 'options',
    read: parseOptions,
    inId: ({ options }) => optionDimensions(options),
    label: (value, name) => `${optionOf(name)} ${value}`,
    unnamed: defaultOption,
    implies: ['options'],
  },
  device: {
    ...LIMIT,
    metavar: 'ids',
    help: 'the memory and cores of device profiles, such as pi-5-8gb (edgeproof fit --devices)',
    read: limit(list, (device) => ({ device })),
    inId: ({ limits }) => ({ device: limits?.device }),
    label: (value) => `as ${value}`,
  },
  'memory-limit': {
    ...LIMIT,
    metavar: 'sizes',
    help: 'most memory of a worker: 2GB, or 512MB,1GB',
    read: limit(sizes(1), (memory) => ({ memory })),
    inId: ({ limits }) => ({ 'memory-limit': size(limits?.memoryBytes) }),
  },
  'swap-limit': {
    ...LIMIT,
    metavar: 'sizes',
    help: 'swap allowed beyond --memory-limit (default: none)',
    requires: 'memory-limit',
    read: limit(sizes(0), (swap) => ({ swap })),
    inId: ({ limits }) => ({ 'swap-limit': size(limits?.swapBytes || undefined) }),
  },
  'cpu-quota': {
    ...LIMIT,
    metavar: 'cores',
    help: 'most processor time of a worker, in cores: 1.5, or 0.5,1',
    read: limit(quotas, (cpuQuota) => ({ cpuQuota })),
    inId: ({ limits }) => ({ 'cpu-quota': limits?.cpuQuota }),
  },
  cpus: {
    ...LIMIT,
    metavar: 'list',
    help: 'processors that workers may run on: 0,1 or 0-3',
    read: limit(processors, (cpus) => ({ cpus })),
    inId: ({ limits }) => ({ cpus: limits?.cpus }),
  },
  prompt: {
    ...HOW_MUCH,
    short: 'p',
    metavar: 'ranges',
    help: 'prompt tokens: 512, 128,512 or 128-1024*2',
    read: ranges(BOUNDS.prompt),
    inId: ({ workload }) => ({ prompt: lengths(workload)?.prompt }),
    implies: ['workload', 'options'],
  },
  new: {
    ...HOW_MUCH,
    short: 'n',
    metavar: 'ranges',
    help: 'tokens to generate',
    read: ranges(BOUNDS.new),
    inId: ({ workload }) => ({ new: lengths(workload)?.new }),
    implies: ['workload', 'options'],
  },
  depth: {
    ...HOW_MUCH,
    short: 'd',
    metavar: 'ranges',
    help: 'tokens already in the KV cache: 0, or 0-4096+1024',
    read: ranges(BOUNDS.depth),
    inId: ({ workload }) => ({ depth: lengths(workload)?.depth || undefined }),
    implies: ['workload', 'options'],
  },
  seconds: {
    ...HOW_MUCH,
    metavar: 'number',
    help: 'how long a sustained workload runs; its curve is shown from 60 s on',
    read: oneNumber(BOUNDS.seconds),
    inId: ({ workload }) => ({ seconds: workload && 'seconds' in workload ? workload.seconds : undefined }),
    implies: ['workload'],
  },
} as const satisfies Record<string, Dimension>;

export type DimensionName = keyof typeof DIMENSIONS;

export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as DimensionName[];

export function dimensionRow(name: DimensionName): Dimension {
  return DIMENSIONS[name];
}

/** The row of a name from a case id; null for other differences, such as machine. `option.spinning` is of the row option. */
export function dimensionOf(name: string): DimensionName | null {
  if (isOptionDimension(name)) return 'option';
  return Object.hasOwn(DIMENSIONS, name) ? (name as DimensionName) : null;
}

/** Differences that come with those that `compare --across` names. */
export function impliedBy(across: readonly string[]): string[] {
  return across.flatMap((name) => {
    const dimension = dimensionOf(name);
    return dimension === null ? [] : [...(dimensionRow(dimension).implies ?? [])];
  });
}
