// The options of a session, set through the C API and read back from ONNX Runtime.
import type { OptionSet } from '../../../contract/option-set.js';
import { DEFAULT_OPTIONS, type OptionValue } from '../../../contract/options.js';
import type { OrtLibrary, Pointer } from './library.js';

const SPINNING = 'session.intra_op.allow_spinning';
const DENORMALS = 'session.set_denormal_as_zero';
/** The enum GraphOptimizationLevel. */
const LEVELS: Record<OptionValue<'graphOptimization'>, number> = {
  disabled: 0,
  basic: 1,
  extended: 2,
  layout: 3,
  all: 99,
};
/** The OrtAllocatorType of an arena. */
const ARENA = 1;

export type EffectiveOptions = Record<string, string | boolean>;

export function applyOptions({ call }: OrtLibrary, settings: Pointer, set: OptionSet): void {
  const wanted = { ...DEFAULT_OPTIONS, ...set };
  const entry = (key: string, value: string) => call('addConfigEntry', settings, key, value);
  call('setGraphOptimization', settings, LEVELS[wanted.graphOptimization]);
  call(wanted.arena ? 'enableArena' : 'disableArena', settings);
  call(wanted.memoryPattern ? 'enableMemoryPattern' : 'disableMemoryPattern', settings);
  entry(SPINNING, wanted.spinning ? '1' : '0');
  // The tails of a softmax are denormal numbers, which are slow: 2 to 3 % of the time of a prompt.
  entry(DENORMALS, '1');
  for (const [key, value] of Object.entries(set.config ?? {})) entry(key, value);
}

/** The arena is read from the session's allocator, the rest from its options. The optimization level cannot be read back. */
export function readOptions(
  library: OrtLibrary,
  settings: Pointer,
  session: Pointer,
  memory: Pointer,
  set: OptionSet,
): EffectiveOptions {
  const { create } = library;
  const integer = (name: Parameters<OrtLibrary['call']>[0], object: Pointer) => {
    const out: [number] = [0];
    library.call(name, object, out);
    return out[0];
  };
  const allocator = create('createAllocator', session, memory);
  const info = create('allocatorInfo', allocator);
  const keys = Object.keys(set.config ?? {}).filter((key) => key !== DENORMALS);
  return {
    graphOptimization: set.graphOptimization ?? DEFAULT_OPTIONS.graphOptimization,
    denormals: readEntry(library, settings, DENORMALS) === '1' ? 'zero' : 'kept',
    spinning: readEntry(library, settings, SPINNING) === '1',
    arena: integer('allocatorType', info) === ARENA,
    // Libraries before 1.27 do not tell.
    memoryPattern: library.offers('memoryPatternEnabled')
      ? integer('memoryPatternEnabled', settings) === 1
      : (set.memoryPattern ?? DEFAULT_OPTIONS.memoryPattern),
    ...Object.fromEntries(keys.map((key) => [key, readEntry(library, settings, key)])),
  };
}

function readEntry({ call }: OrtLibrary, settings: Pointer, key: string): string {
  const length: [number] = [0];
  call('readConfigEntry', settings, key, null, length);
  const text = Buffer.alloc(length[0]);
  call('readConfigEntry', settings, key, text, length);
  return text.toString('utf8', 0, text.length - 1);
}
