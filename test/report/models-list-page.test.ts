// What `models list` prints, to be read by eye.
import { describe, expect, it } from 'vitest';
import { modelsListSchema } from '../../src/contract/views/models-list.js';
import { modelsListPage } from '../../src/report/models-list-page.js';
import { ASSUMED_DTYPE, CONTEXT_TOKENS, type FoundModel, listedModel } from '../../src/verdict/models-list.js';
import { asMarkdown, inTerminal } from '../fixtures/printed.js';

const QWEN: FoundModel = {
  model: 'qwen2.5-0.5b',
  name: 'Qwen2.5 0.5B Instruct',
  parameters: 494_032_768,
  license: 'apache-2.0',
  weights: null,
  layout: null,
  dtype: null,
  variant: null,
  bytes: null,
  commit: null,
  pinned: true,
  directory: null,
  kvValuesPerToken: 6144,
  context: 32_768,
  publishedBytes: 786_156_820,
};
const FOUND: FoundModel[] = [
  QWEN,
  {
    ...QWEN,
    ...{ weights: 'synthetic', layout: 'tuned', dtype: 'q4', variant: 'tuned q4', bytes: 287e6, pinned: null },
    directory: '/home/me/.cache/edgeproof/qwen2.5-0.5b-tuned-q4',
  },
  { ...QWEN, model: 'mixtral-8x22b', parameters: 140_620_634_112, publishedBytes: null, pinned: false },
  { ...QWEN, model: 'org/unknown', parameters: null, license: null, publishedBytes: null, pinned: false },
];
const page = modelsListPage({
  models: FOUND.map((found) => listedModel(found, 8e9)),
  memoryBytes: 8e9,
  contextTokens: CONTEXT_TOKENS,
  assumedDtype: ASSUMED_DTYPE,
  cache: '/home/me/.cache/edgeproof',
  passedOver: ['/home/me/.cache/edgeproof/x/checkpoint.json: (file): missing'],
});

describe('the list of models', () => {
  it('in 140 columns', () =>
    expect(inTerminal(page, 140)).toMatchInlineSnapshot(`
    "
    model                parameters   on this disk             size   pinned   fits      licence
    qwen2.5-0.5b        494,032,768   –                               yes      yes       apache-2.0
    qwen2.5-0.5b        494,032,768   tuned q4 (synthetic)   287 MB            yes       apache-2.0
    mixtral-8x22b   140,620,634,112   –                               no       no        apache-2.0
    org/unknown             unknown   –                               no       unknown   unknown

    fits: weights + KV cache of 4,096 tokens + working set, in 8.00 GB of memory; a model that is not here counts as q4. -o json has the
      arithmetic.
    Checkpoints are kept in /home/me/.cache/edgeproof (EDGEPROOF_CACHE).
    passed over: /home/me/.cache/edgeproof/x/checkpoint.json: (file): missing
    "
  `));

  it('in 80 columns', () =>
    expect(inTerminal(page, 80)).toMatchInlineSnapshot(`
    "
    model                parameters   on this disk             size   pinned
    qwen2.5-0.5b        494,032,768   –                               yes
    qwen2.5-0.5b        494,032,768   tuned q4 (synthetic)   287 MB
    mixtral-8x22b   140,620,634,112   –                               no
    org/unknown             unknown   –                               no

    model           fits      licence
    qwen2.5-0.5b    yes       apache-2.0
    qwen2.5-0.5b    yes       apache-2.0
    mixtral-8x22b   no        apache-2.0
    org/unknown     unknown   unknown

    fits: weights + KV cache of 4,096 tokens + working set, in 8.00 GB of memory; a
      model that is not here counts as q4. -o json has the arithmetic.
    Checkpoints are kept in /home/me/.cache/edgeproof (EDGEPROOF_CACHE).
    passed over: /home/me/.cache/edgeproof/x/checkpoint.json: (file): missing
    "
  `));

  it('as Markdown', () =>
    expect(asMarkdown(page)).toMatchInlineSnapshot(`
      "
      | model | parameters | on this disk | size | pinned | fits | licence |
      | --- | ---: | --- | ---: | --- | --- | --- |
      | qwen2.5-0.5b | 494,032,768 | – |  | yes | yes | apache-2.0 |
      | qwen2.5-0.5b | 494,032,768 | tuned q4 (synthetic) | 287 MB |  | yes | apache-2.0 |
      | mixtral-8x22b | 140,620,634,112 | – |  | no | no | apache-2.0 |
      | org/unknown | unknown | – |  | no | unknown | unknown |

      - fits: weights + KV cache of 4,096 tokens + working set, in 8.00 GB of memory; a model that is not here counts as q4. -o json has the arithmetic.
      - Checkpoints are kept in /home/me/.cache/edgeproof (EDGEPROOF_CACHE).
      - passed over: /home/me/.cache/edgeproof/x/checkpoint.json: (file): missing
      "
    `));

  it('is JSON as docs/schema/models-list.json says, with the arithmetic', () => {
    const models = modelsListSchema.parse(JSON.parse(JSON.stringify(page.json)));
    expect(models.map(({ arithmetic }) => arithmetic)).toEqual([
      'q4 weights 0.79 GB + KV cache of 4,096 tokens 0.10 GB + working set 0.30 GB = 1.19 GB; this machine has 8.00 GB',
      'q4 weights 0.29 GB + KV cache of 4,096 tokens 0.10 GB + working set 0.30 GB = 0.69 GB; this machine has 8.00 GB',
      'q4 weights (at 4 + 1 bits, scales included) 87.9 GB + KV cache of 4,096 tokens 0.10 GB + working set 0.30 GB = 88.3 GB; this machine has 8.00 GB',
      null,
    ]);
  });
});
