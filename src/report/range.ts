// Predicted ranges in words: `48 to 60`, `about 54`. Pure.
import type { Range } from '../contract/prediction.js';
import { number } from './format.js';

/** In units of `per`. An unknown range is "about" its value, an unknown value a dash. */
export function rangeWords(range: Range | null, per = 1): string {
  if (range === null) return '–';
  const { value, low, high } = range;
  if (low === null || high === null) return `about ${number(value / per)}`;
  const [from, to] = [number(low / per), number(high / per)];
  return from === to ? from : `${from} to ${to}`;
}
