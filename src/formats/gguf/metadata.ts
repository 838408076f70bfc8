// Values of a GGUF file's metadata: those of its architecture, for the file or layer by layer, and names.
import type { GgufFile, GgufValue } from './file.js';

export function architectureOf(file: GgufFile): string {
  return textOf(file, 'general.architecture') ?? 'unknown';
}

export function textOf({ metadata }: GgufFile, key: string): string | null {
  const value = metadata.get(key);
  return typeof value === 'string' ? value : null;
}

/** `<architecture>.<key>`; null where it is absent or no number. */
export function numberOf(file: GgufFile, key: string): number | null {
  return asNumber(own(file, key));
}

/** The same of each layer: a list, or one number for all. null where it is absent, or shorter than the layers. */
export function numbersOf(file: GgufFile, key: string, layers: number): number[] | null {
  const value = own(file, key);
  if (typeof value !== 'object') {
    const one = asNumber(value);
    return one === null ? null : Array.from({ length: layers }, () => one);
  }
  const numbers = value.values
    ?.slice(0, layers)
    .map((item) => (typeof item === 'boolean' ? Number(item) : asNumber(item)));
  return numbers?.length === layers && numbers.every((number) => number !== null) ? numbers : null;
}

export function own(file: GgufFile, key: string): GgufValue | undefined {
  return file.metadata.get(`${architectureOf(file)}.${key}`);
}

function asNumber(value: GgufValue | undefined): number | null {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}

/** By llama.cpp's `llama_ftype`: the type of most weights, and the mix of types. */
const FILE_TYPES: Record<number, string> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  19: 'IQ2_XXS',
  20: 'IQ2_XS',
  21: 'Q2_K_S',
  22: 'IQ3_XS',
  23: 'IQ3_XXS',
  24: 'IQ1_S',
  25: 'IQ4_NL',
  26: 'IQ3_S',
  27: 'IQ3_M',
  28: 'IQ2_S',
  29: 'IQ2_M',
  30: 'IQ4_XS',
  31: 'IQ1_M',
  32: 'BF16',
  36: 'TQ1_0',
  37: 'TQ2_0',
  38: 'MXFP4_MOE',
  39: 'NVFP4',
  40: 'Q1_0',
};
/** Set where the writer guessed the type. */
const GUESSED = 1024;

export function fileTypeOf({ metadata }: GgufFile): string | null {
  const code = asNumber(metadata.get('general.file_type'));
  return code === null ? null : (FILE_TYPES[code % GUESSED] ?? `type ${code}`);
}
