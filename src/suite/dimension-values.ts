// How the values of dimensions are read from the command line. Each reader gets what was written behind the option.
import { BOUNDS, type Bounds, MOST_BYTES, MOST_CPUS } from '../contract/bounds.js';
import { CPU_LIST, isGrowing } from '../contract/cpu-list.js';
import { bytesOf, LEAST_QUOTA } from '../contract/limit-text.js';
import { problem } from '../errors.js';
import { parseRanges } from './ranges.js';

/** `texts` has one item, or several where the option is repeatable. `option`: its name, for messages. */
export type Reader<T> = (texts: readonly string[], option: string) => T;

/** `q4,int8` */
export const list: Reader<string[]> = ([text]) => text!.split(',').map((item) => item.trim());

/** `512`, `128,512` or `0-4096+512` */
export function ranges(bounds: Bounds): Reader<number[]> {
  return ([text], option) => parseRanges(option, text!, bounds);
}

export const threadCounts: Reader<(number | 'auto')[]> = (texts, option) =>
  texts[0] === 'auto' ? ['auto'] : ranges(BOUNDS.threads)(texts, option);

/** `512MB,2GB` */
export function sizes(least: number): Reader<string[]> {
  return (texts, option) =>
    list(texts, option).map((text) => {
      const bytes = bytesOf(text);
      if (bytes !== null && bytes >= least && bytes <= MOST_BYTES) return text;
      throw invalid(option, text, 'a size such as 512MB, 2GB or 1.5GiB, 1 PiB at most');
    });
}

/** `0.5,1.5` */
export const quotas: Reader<number[]> = (texts, option) =>
  list(texts, option).map((text) => {
    const cores = Number(text);
    if (cores >= LEAST_QUOTA && cores <= MOST_CPUS) return cores;
    throw invalid(option, text, `a number of cores such as 1.5, from ${LEAST_QUOTA} to ${MOST_CPUS}`);
  });

/** `0,1` or `0-3`: one set of processors. */
export const processors: Reader<string[]> = ([text], option) => {
  if (CPU_LIST.test(text!) && isGrowing(text!)) return [text!];
  throw invalid(option, text!, `processors such as 0,1 or 0-3, below ${MOST_CPUS}`);
};

/** `180`: one number, not a list. */
export function oneNumber({ least, most }: Bounds): Reader<number> {
  return ([text], option) => {
    const value = /^\d+$/.test(text!) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw invalid(option, text!, `a whole number from ${least} to ${most}`);
  };
}

function invalid(option: string, text: string, expected: string) {
  return problem('input-invalid', { what: `${option}: "${text}"`, expected });
}
