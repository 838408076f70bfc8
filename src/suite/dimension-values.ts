// How the values of dimensions are read from the command line. Each reader gets what was written behind the option.
import { CPU_LIST, isGrowing } from '../contract/cpu-list.js';
import { bytesOf, LEAST_QUOTA } from '../contract/limit-text.js';
import { problem } from '../errors.js';
import { parseRanges } from './ranges.js';

/** `texts` has one item, or several where the option is repeatable. `option`: its name, for messages. */
export type Reader<T> = (texts: readonly string[], option: string) => T;

/** `q4,int8` */
export const list: Reader<string[]> = ([text]) => text!.split(',').map((item) => item.trim());

/** `512`, `128,512` or `0-4096+512` */
export function ranges(least: number): Reader<number[]> {
  return ([text], option) => parseRanges(option, text!, least);
}

export const threadCounts: Reader<(number | 'auto')[]> = (texts, option) =>
  texts[0] === 'auto' ? ['auto'] : ranges(1)(texts, option);

/** `512MB,2GB` */
export function sizes(least: number): Reader<string[]> {
  return (texts, option) =>
    list(texts, option).map((text) => {
      const bytes = bytesOf(text);
      if (bytes !== null && bytes >= least) return text;
      throw invalid(option, text, 'a size such as 512MB, 2GB or 1.5GiB');
    });
}

/** `0.5,1.5` */
export const quotas: Reader<number[]> = (texts, option) =>
  list(texts, option).map((text) => {
    const cores = Number(text);
    if (cores >= LEAST_QUOTA && Number.isFinite(cores)) return cores;
    throw invalid(option, text, `a number of cores such as 1.5, ${LEAST_QUOTA} or more`);
  });

/** `0,1` or `0-3`: one set of processors. */
export const processors: Reader<string[]> = ([text], option) => {
  if (CPU_LIST.test(text!) && isGrowing(text!)) return [text!];
  throw invalid(option, text!, 'processors such as 0,1 or 0-3');
};

/** `180`: one number, not a list. */
export const wholeNumber: Reader<number> = ([text], option) => {
  if (/^[1-9]\d*$/.test(text!)) return Number(text);
  throw invalid(option, text!, 'a whole number of 1 or more');
};

function invalid(option: string, text: string, expected: string) {
  return problem('input-invalid', { what: `${option}: "${text}"`, expected });
}
