// The probe that reads memory without ONNX Runtime: that it reads every byte of its parts once, by the sums it gives, and
// that its threads give a rate. No assertion knows how fast this machine is.
import { describe, expect, it } from 'vitest';
import { wasm } from '../../../src/machine/ceilings/probe-module.js';
import { readModule, STEP_BYTES, STREAMS } from '../../../src/machine/ceilings/read-module.js';
import { partsOf, readProbe } from '../../../src/machine/ceilings/read-probe.js';

describe('the module', () => {
  const streamBytes = 3 * STEP_BYTES;
  const memory = new wasm.Memory({ initial: 1, maximum: 1, shared: true });
  const module = new wasm.Module(readModule(streamBytes, 1));
  const { run: read } = new wasm.Instance(module, { env: { memory } }).exports;
  const bytes = new Uint8Array(memory.buffer);

  it('reads each place of its streams exactly once, and nothing else', () => {
    const from = 128;
    const end = from + STREAMS * streamBytes;
    const seen = Array.from({ length: (end + 256) / 16 }, (_, i) => {
      bytes.fill(0);
      // The result is the first lane of an exclusive or: a place that is read once shows its bit, one read twice does not.
      bytes[16 * i] = 1;
      return read(from, from + streamBytes) === 1;
    });
    expect(seen).toEqual(seen.map((_, i) => 16 * i >= from && 16 * i < end));
  });
});

describe('the parts of a working set', () => {
  it.each([
    [1, 2 ** 29],
    [2, 2 ** 22],
    [3, 1.25 * 2 ** 27],
    [64, 2 ** 22],
  ])('of %i threads over %i bytes lie side by side, and are counted', (threads, workingSet) => {
    const { parts, streamBytes, bytes } = partsOf(threads, workingSet);
    const starts = parts.map(({ calls }) => calls[0]![0]!);
    const ends = starts.map((from) => from + STREAMS * streamBytes);
    expect(starts).toEqual([0, ...ends.slice(0, -1)]);
    expect(ends.at(-1)! / workingSet).toBeGreaterThan(0.99);
    expect(ends.at(-1)).toBeLessThanOrEqual(workingSet);
    expect(bytes).toBe(parts[0]!.rounds * ends.at(-1)!);
  });
});

describe('a probe', () => {
  it.each([1, 3])('of %i threads gives a rate as other ceilings do', (threads) => {
    const [found, ...others] = readProbe({ threads, workingSets: [2 ** 22] });
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      kind: 'read-bandwidth',
      unit: 'bytes/s',
      ep: 'cpu',
      threads,
      workingSetBytes: 2 ** 22,
    });
    expect(found!.method).toMatch(new RegExp(`in each of ${threads} threads, \\d+ passes$`));
    expect(found!.value).toBeGreaterThanOrEqual(found!.low!);
    expect(found!.high).toBeGreaterThan(found!.value!);
  });
});
