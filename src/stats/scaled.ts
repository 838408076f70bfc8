// What a case that was run with the memory and cores of a device would reach with its bandwidth and matrix rate, too. These two
// cannot be emulated, only scaled: nothing here is measured. Pure. docs/limits.md.
import type { CaseResult, ResultDocument } from '../contract/result.js';
import type { CeilingShare } from '../contract/views/ceiling-share.js';
import type { PhaseWithCeiling } from '../contract/views/figures.js';
import type { Scaled } from '../contract/views/show.js';
import type { Arithmetic } from '../contract/work.js';

/** null unless it was run as on a device. A rate without a ceiling is not scaled. */
export function scaledOf(
  { devices = [], machine }: Pick<ResultDocument, 'devices' | 'machine'>,
  { key }: Pick<CaseResult, 'key'>,
  shares: Record<PhaseWithCeiling, CeilingShare | null>,
): Scaled | null {
  const device = devices.find(({ id }) => id === key.limits?.device);
  if (device === undefined) return null;
  const { id, name, cores, memoryBytes, bytesPerSecond, operationsPerSecond } = device;
  const { decode, prefill } = shares;
  const arithmetic = prefill === null ? null : mostOf(prefill.operations);
  const rate =
    arithmetic === null
      ? null
      : (operationsPerSecond[arithmetic === 'int8' ? 'int8' : 'fp32'] ?? operationsPerSecond.fp32);
  return {
    device: id,
    name,
    memoryBytes,
    cores: Math.min(cores, key.threads ?? cores, machine.usableCores ?? cores),
    deviceCores: cores,
    decode: decode && scaledRate(decode.rate, decode.bytesPerSecond, bytesPerSecond),
    prefill:
      prefill === null || rate === null
        ? null
        : scaledRate(prefill.rate, prefill.operationsPerSecond[arithmetic!] ?? null, rate),
  };
}

function scaledRate(rate: number, own: number | null, device: number): Scaled['decode'] {
  return own === null ? null : { rate: (rate * device) / own, factor: device / own, own, device };
}

/** What most operations are computed in. */
function mostOf(operations: Partial<Record<Arithmetic, number>>): Arithmetic | null {
  const [most] = Object.entries(operations).sort(([, a], [, b]) => b - a);
  return most === undefined ? null : (most[0] as Arithmetic);
}
