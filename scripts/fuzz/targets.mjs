// What is fuzzed: for each reader its seeds, its ways of damage, and all that edgeproof does with a file that was read.
// `load` imports a module of edgeproof, built or as source.
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ggufBytes, ggufParts, mutateParts } from './gguf.mjs';
import { mutateValues } from './json.mjs';
import { mutateFields } from './onnx.mjs';

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} path where a damaged file is written
 * @property {readonly Buffer[]} seeds
 * @property {import('./mutations.mjs').Mutation} mutate by structure
 * @property {(path: string) => void} use throws where what was read makes no sense
 */

const TINY = {
  ...{ model_type: 'qwen2', hidden_size: 64, intermediate_size: 128, num_hidden_layers: 1, num_attention_heads: 4 },
  ...{ num_key_value_heads: 2, vocab_size: 300, max_position_embeddings: 64, rope_theta: 10_000, rms_norm_eps: 1e-6 },
  ...{ tie_word_embeddings: true, hidden_act: 'silu', use_sliding_window: false },
};
const SPARSE = {
  ...{ ...TINY, model_type: 'qwen3_moe', head_dim: 16, num_experts: 4, num_experts_per_tok: 2 },
  ...{ moe_intermediate_size: 32, norm_topk_prob: true, attention_bias: false },
};
/** @type {[config: object, layout: string, dtype: string][]} */
const GRAPHS = [
  [TINY, 'tuned', 'q4'],
  [TINY, 'published', 'int8'],
  [TINY, 'published', 'q4f16'],
  [SPARSE, 'tuned', 'q4'],
];
/** What llama-bench prints. */
const BENCH = {
  ...{ build_commit: '8cf427ff', build_number: 5163, cpu_info: 'Test X1', gpu_info: '', backends: 'CPU' },
  ...{ model_filename: 'models/a.gguf', model_type: 'qwen2 0.5B Q4_K - Medium', model_size: 397_808_640 },
  ...{ model_n_params: 494_032_768, n_batch: 2048, n_threads: 2, type_k: 'f16', tensor_split: '0.00', use_mmap: true },
  ...{ n_prompt: 512, n_gen: 0, n_depth: 0, test_time: '2026-01-02T03:04:05Z', avg_ns: 64e6, stddev_ns: 1000 },
  ...{ samples_ns: [64e6, 65e6, 63e6], samples_ts: [8000, 7876.9, 8127] },
};
/** Larger results take longer to damage, and have nothing that these lack. */
const LARGEST_RESULT = 30_000;

/** @param {(module: string) => Promise<any>} load @param {string} scratch @param {string} root of the repository @returns {Promise<Target[]>} */
export async function targetsOf(load, scratch, root) {
  const { planCheckpoint } = await load('models/checkpoint-plan');
  const { configSchema, loadRegistry } = await load('models/registry');
  const { readJsonFile } = await load('contract/json-file');
  const { architectureOf } = await load('networks/architectures');
  const { configFacts } = await load('networks/config-facts');
  const show = await shower(load);

  /** @param {string} name */
  const folder = (name) => {
    mkdirSync(join(scratch, name), { recursive: true });
    return join(scratch, name);
  };
  const onnx = folder('onnx');
  const graphs = GRAPHS.map(([config, layout, dtype]) => {
    const plan = planCheckpoint({ model: { id: 'tiny', config }, layout, dtype, seed: 1 });
    const data = join(onnx, plan.dataPath.replace('onnx/', ''));
    writeFileSync(data, '');
    truncateSync(data, plan.bytes);
    const [, graph] = Object.entries(plan.small).find(([path]) => path.endsWith('.onnx')) ?? [];
    return Buffer.from(/** @type {Uint8Array} */ (graph));
  });
  const results = readdirSync(join(root, 'results'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /-\d{8}T\d{6}Z\.json$/.test(path) && !path.startsWith('study'))
    .map((path) => readFileSync(join(root, 'results', path)))
    .filter((bytes) => bytes.length < LARGEST_RESULT);
  const configs = [TINY, TINY, SPARSE, ...loadRegistry().map((/** @type {any} */ model) => model.config)];

  return [
    { name: 'onnx', path: join(onnx, 'damaged.onnx'), seeds: graphs, mutate: mutateFields, use: show.onnx },
    {
      name: 'gguf',
      path: join(folder('gguf'), 'damaged.gguf'),
      seeds: [ggufBytes(ggufParts())],
      mutate: mutateParts,
      use: show.gguf,
    },
    {
      name: 'result',
      path: join(folder('result'), 'damaged.json'),
      seeds: results,
      mutate: mutateValues,
      use: show.result,
    },
    {
      name: 'llama-bench',
      path: join(folder('llama-bench'), 'damaged.json'),
      seeds: [Buffer.from(JSON.stringify([BENCH, { ...BENCH, n_prompt: 0, n_gen: 128 }, { ...BENCH, n_batch: 256 }]))],
      mutate: mutateValues,
      use: show.llamaBench,
    },
    {
      name: 'config',
      path: join(folder('config'), 'config.json'),
      seeds: configs.map((config) => Buffer.from(JSON.stringify(config))),
      mutate: mutateValues,
      use(path) {
        const config = readJsonFile(path, configSchema);
        requireSizes(configFacts(config), 'facts');
        const { layers, vocab } = architectureOf(config).plan(config);
        // Larger ones take seconds each.
        if (layers.length > 4 || vocab > 2000) return;
        for (const [layout, dtype] of [
          ['tuned', 'q4'],
          ['gguf', 'q4'],
          ['published', 'int8'],
        ])
          requireSizes(
            planCheckpoint({ model: { id: 'tiny', config }, layout, dtype, seed: 1 }).parameters,
            'parameters',
          );
      },
    },
  ];
}

/** Reads files and prints every page about them. @param {(module: string) => Promise<any>} load */
async function shower(load) {
  const { readModel, readWholeModel } = await load('formats/onnx/read');
  const { graphFacts } = await load('formats/onnx/facts');
  const { externalFiles } = await load('formats/onnx/external-data');
  const { readGguf } = await load('formats/gguf/read');
  const { ggufConfigFacts, ggufDtype, ggufFacts } = await load('formats/gguf/facts');
  const { inspectView } = await load('stats/inspect-view');
  const { inspectPage } = await load('report/inspect-page');
  const { readResult } = await load('store/files');
  const { showView } = await load('stats/show');
  const { resultPage } = await load('report/result-page');
  const { memoryView } = await load('stats/memory-anatomy');
  const { memoryPage } = await load('report/memory-page');
  const { readLlamaBench } = await load('formats/llama-bench');
  const { documentsOf } = await load('store/import-llama-bench');
  const { exportRows } = await load('stats/export-rows');
  const { faultsOf } = await load('stats/verify-result');
  const { resultPath } = await load('store/files');
  const { OUTPUT_FORMATS, render } = await load('report/render');
  const { PLAIN } = await load('report/table');

  /** @param {object} page */
  const print = (page) => {
    for (const format of OUTPUT_FORMATS) requirePrintable(render(page, format, PLAIN, 100), format);
  };
  return {
    /** @param {string} path */
    llamaBench(path) {
      const options = { path, sha256: 'ab', version: '0.0.0' };
      for (const document of documentsOf(readLlamaBench(path, readFileSync(path)), options)) {
        const view = showView(document, path);
        requireFinite(view, 'view');
        requireFinite(exportRows(document, path), 'rows');
        print(resultPage(view));
        const [fault] = faultsOf(document, resultPath('results', document));
        if (fault !== undefined) throw new Error(`${fault.check}: ${fault.message}`);
      }
    },
    /** @param {string} path */
    onnx(path) {
      const model = readModel(path);
      externalFiles(path, model, { mayBeMissing: true });
      const facts = graphFacts(model);
      requireSizes(facts, 'facts');
      print(inspectPage(inspectView(path, facts)));
      readWholeModel(path);
    },
    /** @param {string} path */
    gguf(path) {
      const file = readGguf(path);
      requireSizes(ggufFacts(file), 'facts');
      requireSizes(ggufConfigFacts(file), 'config facts');
      ggufDtype(file);
      print(inspectPage(inspectView(path, ggufFacts(file))));
    },
    /** @param {string} path */
    result(path) {
      const document = readResult(path);
      for (const page of [resultPage(showView(document, path)), memoryPage(memoryView(document, path))]) {
        requireFinite(page.json, 'view');
        print(page);
      }
    },
  };
}

/** @param {unknown} value @param {string} where @param {(number: number) => boolean} isFine */
function requireNumbers(value, where, isFine) {
  if (typeof value === 'number' && !isFine(value)) throw new Error(`${where} is ${value}`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) requireNumbers(item, `${where}.${key}`, isFine);
}

/** @param {unknown} value @param {string} where */
const requireFinite = (value, where) => requireNumbers(value, where, Number.isFinite);
/** @param {unknown} value @param {string} where */
const requireSizes = (value, where) =>
  requireNumbers(value, where, (number) => Number.isInteger(number) && number >= 0);

/** What a terminal would obey, and numbers that are none. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\b(?:NaN|Infinity|undefined)\b/u;

/** @param {string} text @param {string} format */
function requirePrintable(text, format) {
  const found = UNPRINTABLE.exec(text);
  if (found !== null)
    throw new Error(
      `-o ${format} prints ${JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 20))}`,
    );
}
