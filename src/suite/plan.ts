// Suite → cases: every combination of its dimensions, each with a readable id, in the order in which they run.
import type { Case, CaseKey } from '../contract/case-key.js';
import { type FileFormat, LAYOUT_NAMES, LAYOUTS, type Layout, layoutRow } from '../contract/layouts.js';
import { distinctOptions } from '../contract/option-set.js';
import { RUNTIMES, type RuntimeName } from '../contract/runtimes.js';
import type { Suite } from '../contract/suite.js';
import { type CaseWorkload, workloadRow } from '../contract/workloads.js';
import { problem } from '../errors.js';
import type { ModelTraits } from '../models/source.js';
import { requireFewCasesOf } from './case-count.js';
import { caseId } from './case-id.js';
import { limitedThreads, limitsOf } from './case-limits.js';
import { fitOptions } from './option-fit.js';

type TraitsOf = (model: string) => ModelTraits;

/** `automaticThreads` is what `auto` means where no limit lowers it. */
export function planCases(
  suite: Suite,
  automaticThreads: number,
  traitsOf: TraitsOf = () => ({ weights: 'synthetic', dtype: null, format: 'onnx' }),
): Case[] {
  requireFewCasesOf(suite);
  const cases = new Map<string, Case>();
  const optionSets = fitOptions(suite.options ?? [{}]);
  const workloads = suite.workloads.flatMap((workload) => workloadRow(workload).expand(workload));
  const places = placesOf(suite, traitsOf);
  for (const limits of (suite.limits ?? [{}]).map((set) => limitsOf(set, automaticThreads)))
    for (const place of places)
      for (const asked of suite.threads)
        for (const set of optionSets.forCase(place))
          for (const workload of workloads) {
            if (!runs(place, workload)) continue;
            const threads = asked === 'auto' ? limitedThreads(automaticThreads, limits ?? {}) : asked;
            // Options change nothing where no session is opened.
            const options = workloadRow(workload).opensSession(workload) ? distinctOptions(set) : undefined;
            const key: CaseKey = {
              ...place,
              threads,
              workload,
              ...(options === undefined ? {} : { options }),
              ...(limits === undefined ? {} : { limits }),
            };
            const id = caseId(key);
            cases.set(id, { id, key });
          }
  optionSets.requireUsed();
  if (cases.size > 0) return [...cases.values()];
  throw problem('input-invalid', {
    what: `none of the runtimes ${suite.runtimes.join(', ')} runs what suite ${suite.name} asks for`,
    expected:
      'llama.cpp for .gguf files, with generate or sustained workloads on ep cpu; onnxruntime on ep cpu for layout split; another runtime for everything else',
  });
}

/** Files, and what runs them where. */
type Place = Pick<CaseKey, 'model' | 'weights' | 'layout' | 'dtype' | 'runtime' | 'ep'>;

function placesOf(suite: Suite, traitsOf: TraitsOf): Place[] {
  const places: Place[] = [];
  // A suite names the layouts of ONNX graphs; every other file format has its own.
  const madeLayouts = [...suite.layouts, ...LAYOUT_NAMES.filter((layout) => LAYOUTS[layout].format !== 'onnx')];
  for (const model of suite.models) {
    const traits = traitsOf(model);
    const { given = false } = traits;
    for (const weights of given ? [traits.weights] : (suite.weights ?? [traits.weights]))
      for (const layout of weights === 'synthetic' && !given ? madeLayouts : [null])
        for (const dtype of traits.dtype === null ? suite.dtypes : [traits.dtype])
          for (const runtime of suite.runtimes.filter((name) => reads(name, layout, traits.format)))
            for (const ep of suite.eps) places.push({ model, weights, layout, dtype, runtime, ep });
  }
  return places;
}

/** Whether a runtime reads this layout, or, of files that are used as they are, this format. */
function reads(runtime: RuntimeName, layout: Layout | null, format: FileFormat): boolean {
  return layout === null ? RUNTIMES[runtime].format === format : RUNTIMES[runtime].layouts.includes(layout);
}

function runs({ runtime, layout, ep }: Place, { kind }: CaseWorkload): boolean {
  const { eps, workloads } = RUNTIMES[runtime];
  return eps.includes(ep) && workloads.includes(kind) && (layoutRow(layout)?.eps?.includes(ep) ?? true);
}

/** The timeout holds for everything else; the time that a workload is meant to last comes on top. */
export function roundTimeoutSeconds({ workload }: CaseKey, timeoutSeconds: number): number {
  return timeoutSeconds + workloadRow(workload).seconds(workload);
}
