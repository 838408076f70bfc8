// A wish of the command line as a use of its own: `--min-decode 10`. Pure.
import type { UseProfile } from '../contract/use-profile.js';

/** `minDecode`: tokens a second. null where nothing is wished. */
export function wishOf(minDecode: number | undefined, lengths: { prompt: number; new: number }): UseProfile | null {
  if (minDecode === undefined) return null;
  return {
    id: 'asked',
    name: `${minDecode} tok/s`,
    what: 'what the command line asks for',
    workload: { kind: 'single', ...lengths },
    lengths: [],
    thresholds: [
      {
        ...{ metric: 'decodeTokensPerSecond', better: 'higher', acceptable: minDecode, good: minDecode },
        ...{ basis: 'reason', why: 'asked for', source: 'the command line' },
      },
    ],
  };
}
