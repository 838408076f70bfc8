// `models verify`: hashes the checkpoints on this disk again. Exit code 1 if a byte differs.
import { EdgeproofError } from '../errors.js';
import { cacheDirectory } from '../models/cache.js';
import { checkpointBytes, faultOf, listCheckpoints, variantOf } from '../models/checkpoint.js';
import { checkpointsOf } from '../models/find-checkpoints.js';
import { pinOf, pinState } from '../models/pin.js';
import { loadRegistry } from '../models/registry.js';
import { bytes } from '../report/format.js';
import { byteProgress } from '../report/progress.js';
import { interruptible } from './signals.js';
import { createProgress, outputFormat, printPage, say } from './terminal.js';

export async function verifyModels(name: string | undefined, options: { output: string }): Promise<number> {
  const format = outputFormat(options.output);
  const cache = cacheDirectory();
  const registry = loadRegistry();
  const broken: EdgeproofError[] = [];
  const found =
    name === undefined ? listCheckpoints(cache, (error) => broken.push(error)) : checkpointsOf(name, cache, registry);
  const started = performance.now();
  const total = found.reduce((sum, { manifest }) => sum + checkpointBytes(manifest), 0);
  const hashed = { bytes: 0 };
  const progress = createProgress();
  const signal = interruptible();
  const records = [];
  for (const checkpoint of found) {
    const { manifest } = checkpoint;
    const onBytes = (count: number) => {
      hashed.bytes += count;
      signal.throwIfAborted();
      progress.show(byteProgress(`verifying ${manifest.model}`, hashed.bytes, total, performance.now() - started));
    };
    const fault = await faultOf(checkpoint, onBytes).catch(unreadable).finally(progress.clear);
    const pin = manifest.weights === 'real' ? pinState(manifest, pinOf(manifest.source.repo, registry)) : null;
    const state = fault ?? (pin?.state === 'differs' ? pin.fault : null);
    records.push({
      model: manifest.model,
      weights: manifest.weights,
      variant: variantOf(manifest),
      bytes: checkpointBytes(manifest),
      whole: state === null,
      fault: state,
      pinned: pin === null ? null : pin.state === 'pinned',
      directory: checkpoint.directory,
    });
  }
  for (const error of broken) say(error.message);
  const seconds = (performance.now() - started) / 1000;
  const rate = hashed.bytes === 0 ? '' : ` in ${seconds.toFixed(1)} s (${bytes(hashed.bytes / seconds)}/s)`;
  printPage(
    {
      heading: [],
      columns: [
        { key: 'model', title: 'model' },
        { key: 'variant', title: 'checkpoint' },
        { key: 'bytes', title: 'size', align: 'right' },
        { key: 'pinned', title: 'pinned' },
        { key: 'state', title: 'state' },
      ],
      rows: records.map((record) => ({
        model: record.model,
        variant: `${record.variant} (${record.weights})`,
        bytes: bytes(record.bytes),
        pinned: record.pinned === null ? '' : record.pinned ? 'yes' : 'no',
        state: record.fault ?? 'whole',
      })),
      notes: [found.length === 0 ? `There is nothing to verify in ${cache}.` : `${bytes(hashed.bytes)} hashed${rate}.`],
      json: records,
      records,
    },
    format,
  );
  return broken.length > 0 || records.some((record) => !record.whole) ? 1 : 0;
}

function unreadable(error: Error): string {
  if (error instanceof EdgeproofError) throw error;
  return error.message;
}
