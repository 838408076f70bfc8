// `models synthesize`: writes a synthetic checkpoint, or verifies the one that is there. Prints its directory.

import { type CheckpointLayout, checkpointBytes } from '../models/checkpoint.js';
import type { Dtype } from '../networks/blocks/linear.js';
import type { Routing } from '../networks/blocks/schedule.js';
import { bytes, count } from '../report/format.js';
import { prepareCheckpoint } from '../run/prepare.js';
import { interruptible, say } from './terminal.js';

export async function synthesizeModel(
  id: string,
  options: { layout: CheckpointLayout; dtype: Dtype; seed: number; routing?: Routing },
): Promise<number> {
  const { checkpoint } = await prepareCheckpoint(
    { model: id, weights: 'synthetic', tokens: 1, ...options },
    interruptible(),
  );
  say(
    `${id} ${options.layout} ${options.dtype} is whole: ${count(checkpoint.manifest.parameters)} parameters, ${bytes(checkpointBytes(checkpoint.manifest))}`,
  );
  process.stdout.write(`${checkpoint.directory}\n`);
  return 0;
}
