// Numbers → words: units, thousands, sensible digits. One place, so that every table agrees. Pure.
import type { ResultDocument } from '../contract/result.js';
import type { MetricFigures, Summary } from '../contract/views/figures.js';
import { relativeHalfWidth } from '../stats/summary.js';

/** Three significant digits or more, with thousands separated: 1,387 · 46.1 · 0.442 */
export function number(value: number): string {
  const size = Math.abs(value);
  return withDigits(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3).format(value);
}

const formats: Intl.NumberFormat[] = [];

/** Formats are reused, because making one takes longer than printing a row. */
function withDigits(digits: number): Intl.NumberFormat {
  formats[digits] ??= new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return formats[digits];
}

/** Decimal megabytes or gigabytes, as model hubs list them. */
export function bytes(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} GB`;
  return value >= 1e6 ? `${Math.round(value / 1e6)} MB` : `${Math.ceil(value / 1e3)} kB`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** 1 round, 3 rounds */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.5) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** +3.2 % */
export function signedPercent(ratio: number): string {
  const tenths = Math.round(ratio * 1000);
  return `${tenths >= 0 ? '+' : '−'}${Math.abs(ratio * 100).toFixed(1)} %`;
}

/** `a1b2c3d`, with + where files were changed; the version where the commit is not known. */
export function commitLabel({ version, commit, dirty }: ResultDocument['tool']): string {
  return commit === null ? version : `${commit.slice(0, 7)}${dirty ? '+' : ''}`;
}

type Location = Pick<Summary, 'median' | 'interval'>;
type Unit = Pick<MetricFigures, 'unit'>;

/** `± 1.2 %`; empty for a single round. */
export function spread(summary: Location): string {
  if (summary.interval === null || summary.median === 0) return '';
  const half = relativeHalfWidth(summary);
  if (half > 1) return '± >100 %';
  return `± ${(half * 100).toFixed(half < 0.0995 ? 1 : 0)} %`;
}

/** The median of a metric in the unit that tables print: ms, tok/s, MB. */
export function measured(summary: Location, metric: Unit): string {
  const value = metric.unit === 'bytes' ? summary.median / 1e6 : summary.median;
  return `${number(value)} ${spread(summary)}`.trim();
}

export function unitLabel(metric: Unit): string {
  return metric.unit === 'bytes' ? 'MB' : metric.unit;
}

/** `2.5 %`, or `1.2 to 2.5 %` of several. */
export function percentRange(shares: readonly number[]): string {
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map((share) => (share * 100).toFixed(1));
  return least === most ? `${most} %` : `${least} to ${most} %`;
}
