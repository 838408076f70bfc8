// `models list`: the registry, and which checkpoints of it are on this disk.
import { cacheDirectory } from '../models/cache.js';
import { checkpointBytes, listCheckpoints } from '../models/checkpoint.js';
import { loadRegistry } from '../models/registry.js';
import { bytes, count } from '../report/format.js';
import { outputFormat, printView } from './terminal.js';

export function listModels(options: { output: string }): number {
  const format = outputFormat(options.output);
  const cache = cacheDirectory();
  const checkpoints = listCheckpoints(cache);
  const records = loadRegistry().flatMap(({ id, name, parameters, license }) => {
    const here = checkpoints.filter(({ manifest }) => manifest.model === id);
    return (here.length === 0 ? [null] : here).map((checkpoint) => ({
      model: id,
      name,
      parameters,
      license,
      weights: checkpoint?.manifest.weights ?? null,
      layout: checkpoint?.manifest.layout ?? null,
      dtype: checkpoint?.manifest.dtype ?? null,
      routing: checkpoint?.manifest.routing ?? null,
      bytes: checkpoint === null ? null : checkpointBytes(checkpoint.manifest),
      directory: checkpoint?.directory ?? null,
    }));
  });
  printView(
    {
      heading: [],
      columns: [
        { key: 'model', title: 'model' },
        { key: 'parameters', title: 'parameters', align: 'right' },
        { key: 'license', title: 'licence' },
        { key: 'checkpoint', title: 'on this disk' },
        { key: 'bytes', title: 'size', align: 'right' },
      ],
      rows: records.map((record) => ({
        model: record.model,
        parameters: record.parameters === null ? 'unknown' : count(record.parameters),
        license: record.license ?? 'unknown',
        checkpoint:
          record.weights === null
            ? '–'
            : `${[record.layout, record.dtype, record.routing].filter(Boolean).join(' ')} (${record.weights})`,
        bytes: record.bytes === null ? '' : bytes(record.bytes),
      })),
      notes: [`Checkpoints are kept in ${cache} (EDGEPROOF_CACHE).`],
      json: records,
      records,
    },
    format,
  );
  return 0;
}
