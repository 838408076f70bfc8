// The list of models as a page: what is known, what of it is on this disk, and what fits. Pure.
import type { ListedModel, ModelsListView } from '../contract/views/models-list.js';
import { bytes, count } from './format.js';
import type { Page } from './page.js';

export function modelsListPage(view: ModelsListView): Page {
  const { models, memoryBytes, contextTokens, assumedDtype, cache, passedOver } = view;
  return {
    heading: [],
    columns: [
      { key: 'model', title: 'model' },
      { key: 'parameters', title: 'parameters', align: 'right' },
      { key: 'checkpoint', title: 'on this disk' },
      { key: 'bytes', title: 'size', align: 'right' },
      { key: 'pinned', title: 'pinned' },
      { key: 'fits', title: 'fits' },
      { key: 'license', title: 'licence' },
    ],
    rows: models.map(row),
    notes: [
      `fits: weights + KV cache of ${count(contextTokens)} tokens + working set, in ${bytes(memoryBytes)} of memory; a model that is not here counts as ${assumedDtype}. -o json has the arithmetic.`,
      `Checkpoints are kept in ${cache} (EDGEPROOF_CACHE).`,
      ...passedOver.map((message) => `passed over: ${message}`),
    ],
    json: models,
    records: models,
  };
}

function row({ model, parameters, license, weights, variant, pinned, fits, ...found }: ListedModel) {
  return {
    model,
    parameters: parameters === null ? 'unknown' : count(parameters),
    license: license ?? 'unknown',
    checkpoint: weights === null ? '–' : `${variant} (${weights})`,
    bytes: found.bytes === null ? '' : bytes(found.bytes),
    pinned: yesOrNo(pinned, ''),
    fits: yesOrNo(fits, 'unknown'),
  };
}

function yesOrNo(value: boolean | null, unknown: string): string {
  return value === null ? unknown : value ? 'yes' : 'no';
}
