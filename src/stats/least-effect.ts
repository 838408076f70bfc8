// The smallest relative change of a metric that counts, however significant it is. Pure.
import type { MetricName } from '../contract/metric-names.js';
import type { Thresholds } from '../contract/suite.js';
import { METRICS } from './metrics.js';

export interface LeastEffects {
  /** Of every metric, relative; replaces all others. */
  minimumEffect?: number;
  /** Of the suite, in percent. */
  thresholds?: Thresholds;
}

/** null where neither the user nor the suite says anything. */
export function askedEffect(metric: MetricName, { minimumEffect, thresholds }: LeastEffects): number | null {
  const ofSuite = thresholds?.[metric];
  return minimumEffect ?? (ofSuite === undefined ? null : ofSuite / 100);
}

export function leastEffect(metric: MetricName, asked: LeastEffects): number {
  return askedEffect(metric, asked) ?? METRICS[metric].minimumEffect;
}
