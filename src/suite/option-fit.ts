// Which option sets of a suite a case can have: a set goes where it can, and a suite of which a set goes nowhere, or a
// case that can have none, is refused.

import { distinctOptions, type OptionSet, optionDimensions } from '../contract/option-set.js';
import { problem } from '../errors.js';
import type { CaseKey } from './plan.js';

type Place = Pick<CaseKey, 'runtime' | 'ep' | 'layout'>;

interface Misfit {
  what: string;
  expected: string;
}

export function fitOptions(sets: OptionSet[]) {
  const unused = new Map<OptionSet, Misfit | null>(sets.map((set) => [set, null]));
  return {
    /** Those of the sets that a case can have; throws where there is none. */
    forCase(place: Place): OptionSet[] {
      const misfits = new Map(sets.map((set) => [set, misfitOf(place, set)]));
      const fitting = sets.filter((set) => misfits.get(set) === null);
      if (fitting.length === 0) throw problem('input-invalid', misfits.get(sets[0]!)!);
      for (const set of fitting) unused.delete(set);
      for (const set of unused.keys()) unused.set(set, misfits.get(set)!);
      return fitting;
    },
    /** Throws for a set that no case can have. */
    requireUsed(): void {
      for (const misfit of unused.values()) if (misfit !== null) throw problem('input-invalid', misfit);
    },
  };
}

function misfitOf({ runtime, ep, layout }: Place, set: OptionSet): Misfit | null {
  const options = distinctOptions(set) ?? {};
  const names = Object.keys(optionDimensions(options)).join(', ');
  if (runtime === 'llama.cpp' && names !== '')
    return {
      what: `the runtime llama.cpp does not have ${names}`,
      expected: 'options with onnxruntime and transformers.js; measure llama.cpp in a run of its own',
    };
  const hasPrefillGraph = runtime === 'onnxruntime' && ep === 'cpu' && (layout === 'split' || layout === null);
  if (options.kvDtype === 'int8' && !hasPrefillGraph)
    return {
      what: `the KV cache of ${[layout, runtime, ep].filter((word) => word !== null).join(' · ')} cannot be in int8`,
      expected: 'option kvDtype=int8 with layout split, runtime onnxruntime and ep cpu',
    };
  return null;
}
