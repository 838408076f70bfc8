// A series as a line of blocks, one a point or for several. Pure.
import { median } from '../stats/summary.js';

const BLOCKS = [...'▁▂▃▄▅▆▇█'];
const MOST = 24;
/** Height of the whole line, relative to the values: smaller moves than this do not fill it, so that noise looks like noise. */
const LEAST_SPAN = 0.1;

export function sparkline(values: readonly number[]): string {
  const count = Math.min(MOST, values.length);
  const columns = Array.from({ length: count }, (_, i) =>
    median(values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count))),
  );
  const [low, high] = [Math.min(...columns), Math.max(...columns)];
  const middle = (low + high) / 2;
  const span = Math.max(high - low, LEAST_SPAN * Math.abs(middle));
  const places = columns.map((value) => (span === 0 ? 0.5 : (value - middle) / span + 0.5));
  // Rounding may put the lowest just below 0.
  const within = (block: number) => Math.max(0, Math.min(BLOCKS.length - 1, block));
  return places.map((place) => BLOCKS[within(Math.floor(place * BLOCKS.length))]!).join('');
}
