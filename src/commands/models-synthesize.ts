// `models synthesize`: writes a synthetic checkpoint, or verifies an existing one. Prints its directory.
import type { SyntheticDtype } from '../contract/dtypes.js';
import type { Layout } from '../contract/layouts.js';
import type { Routing } from '../contract/vocabulary.js';
import { checkpointBytes } from '../models/checkpoint.js';
import { openSources } from '../models/source.js';
import { bytes, count } from '../report/format.js';
import { prepareCheckpoint } from '../run/prepare.js';
import { interruptible } from './signals.js';
import { print, reportEvents, say } from './terminal.js';

export async function synthesizeModel(
  id: string,
  options: { layout: Layout; dtype: SyntheticDtype; seed: number; routing?: Routing },
): Promise<number> {
  const { seed, routing, layout, dtype } = options;
  const key = { model: id, weights: 'synthetic', layout, dtype } as const;
  const { onEvent, end } = reportEvents();
  const { checkpoint } = await prepareCheckpoint(
    { key, seed, tokens: 1, ...(routing && { routing }) },
    { sources: openSources(), signal: interruptible(), onEvent },
  ).finally(end);
  const { manifest } = checkpoint;
  const size = `${count(manifest.parameters)} parameters, ${bytes(checkpointBytes(manifest))}`;
  say(`${id} ${layout} ${dtype} is complete: ${size}`);
  print(checkpoint.directory);
  return 0;
}
