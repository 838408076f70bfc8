// The library of transformers.js, set up to read one folder of this disk and nothing from the network; and its tokenizer, which
// the micro workload `tokenize` measures.
import { basename, dirname } from 'node:path';

export async function loadLibrary(directory: string) {
  const library = await import('@huggingface/transformers');
  library.env.allowRemoteModels = false;
  library.env.localModelPath = dirname(directory);
  return library;
}

export async function openTokenizer(directory: string) {
  const started = performance.now();
  const library = await loadLibrary(directory);
  const loaded = performance.now();
  const tokenizer = await library.AutoTokenizer.from_pretrained(basename(directory), { local_files_only: true });
  const loadMs = { library: loaded - started, session: performance.now() - loaded };
  return { encode: (text: string) => tokenizer.encode(text), loadMs };
}
