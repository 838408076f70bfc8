// Selects the files of a repository or folder that a dtype needs. Only names of a fixed pattern are ever selected, so that
// a hostile listing cannot choose where files are written.
import { ONNX_DTYPES, type OnnxDtype, suffixOf } from '../contract/dtypes.js';
import { problem } from '../errors.js';

/** Files beside the graphs; only config.json is required. */
const SMALL_FILES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'preprocessor_config.json',
  'processor_config.json',
];

const STEM = '[A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9-]+)*?';
/** Most file systems allow names of 255 bytes, of which suffixes and `.transfer.new` take some. */
const GRAPH = new RegExp(`^(?=.{1,200}$)onnx/(${STEM})(${ONNX_DTYPES.map(suffixOf).join('|')})\\.onnx$`);

interface GraphFile {
  path: string;
  /** `model`, `decoder_model_merged`, `vision_encoder` … */
  stem: string;
  dtype: OnnxDtype;
}

/** The dtype and stem in a path of transformers.js layout; null if it is not a graph. */
export function graphFile(path: string): GraphFile | null {
  const match = GRAPH.exec(path);
  if (match === null) return null;
  const dtype = ONNX_DTYPES.find((name) => suffixOf(name) === match[2])!;
  return { path, stem: match[1]!, dtype };
}

/** Those of `paths` that `dtype` needs, and the graph of the language decoder; error messages name `where`. */
export function selectFiles(where: string, paths: readonly string[], dtype: OnnxDtype) {
  const graphs = paths.map(graphFile).filter((graph) => graph !== null);
  const stems = stemsOf(graphs);
  const chosen = stems.map((stem) => graphs.find((graph) => graph.stem === stem && graph.dtype === dtype));
  const [main] = chosen;
  if (main === undefined || chosen.includes(undefined)) {
    const available = ONNX_DTYPES.filter((name) =>
      stems.every((stem) => graphs.some((graph) => graph.stem === stem && graph.dtype === name)),
    );
    throw problem('dtype-missing', { where, dtype, available: stems.length === 0 ? [] : available });
  }
  if (!paths.includes('config.json')) throw problem('layout-invalid', { where, reason: 'it has no config.json' });
  const wanted = chosen.flatMap((graph) => paths.filter((path) => path === graph!.path || isDataOf(graph!.path, path)));
  return { graph: main.path, paths: [...SMALL_FILES.filter((path) => paths.includes(path)), ...wanted] };
}

/** `model` alone if there is one; otherwise every session of the model, the decoder first. */
function stemsOf(graphs: GraphFile[]): string[] {
  const stems = [...new Set(graphs.map((graph) => graph.stem))];
  if (stems.includes('model')) return ['model'];
  const decoder = 'decoder_model_merged';
  if (!stems.includes(decoder)) return stems;
  return [decoder, ...stems.filter((stem) => !/^decoder_(model|with_past_model)(_merged)?$/.test(stem))];
}

/** `model_q4.onnx_data`, `model_q4.onnx_data_1` … and the older `model_q4.onnx.data`. */
function isDataOf(graph: string, path: string): boolean {
  return path.startsWith(graph) && /^(?:_data(?:_\d{1,3})?|\.data)$/.test(path.slice(graph.length));
}
