// The library of transformers.js, set up to read one folder of this disk and nothing from the network.
import { dirname } from 'node:path';

export type Library = typeof import('@huggingface/transformers');

export async function loadLibrary(directory: string): Promise<Library> {
  const library = await import('@huggingface/transformers');
  library.env.allowRemoteModels = false;
  library.env.localModelPath = dirname(directory);
  return library;
}
