// The dimensions of a case as fields of a flat record, for CSV and JSON lines. Pure.
import type { CaseKey } from '../contract/case-key.js';
import { lengthsOf } from '../contract/workloads.js';
import { limitDimensions } from '../suite/case-id.js';
import { optionDimensions } from '../suite/option-dimensions.js';
import type { Page } from './page.js';

export function keyRecord({ workload, options, limits, ...dimensions }: CaseKey): Page['records'][number] {
  const lengths = lengthsOf(workload);
  return {
    ...dimensions,
    ...optionDimensions(options),
    ...limitDimensions(limits),
    workload: workload.kind,
    prompt: lengths?.prompt ?? null,
    new: lengths?.new ?? null,
    depth: lengths?.depth ?? null,
    seconds: workload.kind === 'sustained' ? workload.seconds : null,
  };
}
