// The tokenizer of a checkpoint folder, as transformers.js runs it: what the micro workload `tokenize` measures.
import { basename } from 'node:path';
import type { Runtime } from '../runtime.js';
import { loadLibrary } from './library.js';

export interface Tokenizer {
  encode(text: string): number[];
  loadMs: Runtime['loadMs'];
}

export async function openTokenizer(directory: string): Promise<Tokenizer> {
  const started = performance.now();
  const library = await loadLibrary(directory);
  const loaded = performance.now();
  const tokenizer = await library.AutoTokenizer.from_pretrained(basename(directory), { local_files_only: true });
  const loadMs = { library: loaded - started, session: performance.now() - loaded };
  return { encode: (text) => tokenizer.encode(text), loadMs };
}
