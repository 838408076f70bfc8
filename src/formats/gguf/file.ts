// What a GGUF file says before its data: metadata and where tensors are.
import type { TensorInfo } from './header.js';

export type GgufValue = number | bigint | boolean | string | GgufArray;
/** `values` is null for long arrays (vocabularies), of which only the length is kept. */
export interface GgufArray {
  length: number;
  values: GgufValue[] | null;
}

export interface GgufFile {
  version: number;
  metadata: Map<string, GgufValue>;
  /** `offset` counts from the start of the file. */
  tensors: (TensorInfo & { offset: number; bytes: number })[];
}
