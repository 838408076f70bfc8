// Each option set of a suite applies to every case that supports it. A set that applies to none, or a case that supports
// none of the sets, is an error.
import type { CaseKey } from '../contract/case-key.js';
import { layoutRow } from '../contract/layouts.js';
import { distinctOptions, type OptionSet } from '../contract/option-set.js';
import { RUNTIME_NAMES, RUNTIMES } from '../contract/runtimes.js';
import { problem } from '../errors.js';
import { optionDimensions } from './option-dimensions.js';

type Place = Pick<CaseKey, 'runtime' | 'ep' | 'layout'>;

type Misfit = { what: string; expected: string };

export function fitOptions(sets: OptionSet[]) {
  const unused = new Map<OptionSet, Misfit | null>(sets.map((set) => [set, null]));
  return {
    /** The sets that cases of this place support; throws if there is none. */
    forCase(place: Place): OptionSet[] {
      const misfits = new Map(sets.map((set) => [set, misfitOf(place, set)]));
      const fitting = sets.filter((set) => misfits.get(set) === null);
      if (fitting.length === 0) throw problem('input-invalid', misfits.get(sets[0]!)!);
      for (const set of fitting) unused.delete(set);
      for (const set of unused.keys()) unused.set(set, misfits.get(set)!);
      return fitting;
    },
    /** Throws if a set applied to no case. */
    requireUsed(): void {
      for (const misfit of unused.values()) if (misfit !== null) throw problem('input-invalid', misfit);
    },
  };
}

function misfitOf({ runtime, ep, layout }: Place, set: OptionSet): Misfit | null {
  const options = distinctOptions(set) ?? {};
  const taken: readonly string[] = RUNTIMES[runtime].options;
  const missing = (Object.keys(options) as (keyof OptionSet)[]).filter((name) => !taken.includes(name));
  if (missing.length > 0 && taken.length === 0)
    return {
      what: `the runtime ${runtime} does not have ${Object.keys(optionDimensions(options)).join(', ')}`,
      expected: `options with ${withOptions()}; measure ${runtime} in a run of its own`,
    };
  const isPrefillGraph = layout === null || layoutRow(layout)?.prefillGraph === true;
  const hasPrefillGraph = taken.includes('kvDtype') && ep === 'cpu' && isPrefillGraph;
  if (options.kvDtype === 'int8' && !hasPrefillGraph)
    return {
      what: `the KV cache of ${[layout, runtime, ep].filter((word) => word !== null).join(' · ')} cannot be in int8`,
      expected: 'option kvDtype=int8 with layout split, runtime onnxruntime and ep cpu',
    };
  return null;
}

function withOptions(): string {
  return RUNTIME_NAMES.filter((name) => RUNTIMES[name].options.length > 0).join(' and ');
}
