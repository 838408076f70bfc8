// The stretches of a round on a meter of a known power, the baseline, and the choice of a source.
import { describe, expect, it } from 'vitest';
import { energySchema } from '../../../src/contract/energy.js';
import { accountEnergy } from '../../../src/machine/energy/account.js';
import { idleMs, measureIdle } from '../../../src/machine/energy/idle.js';
import { type Meter, unmetered } from '../../../src/machine/energy/meter.js';
import { combineMeters, openSources, sourceFor } from '../../../src/machine/energy/sources.js';
import { kernelTree } from '../../fixtures/kernel-tree.js';
import { powercapTree } from '../../fixtures/powercap.js';

/** Uses so many watts at each second of a clock that a test moves by hand. */
function fakeMeter(watts: (second: number) => number, about: Partial<Meter> = {}) {
  let ms = 0;
  const joulesUntil = (end: number) =>
    Array.from({ length: end / 1000 }, (_, second) => watts(second)).reduce((a, b) => a + b, 0);
  const meter: Meter = {
    tier: 'counter',
    source: 'fake',
    updateMs: 1,
    read: () => ms,
    known: async () => {},
    usedBetween: (start, end) => ({ a: joulesUntil(end) - joulesUntil(start) }),
    close() {},
    ...about,
  };
  return { meter, pass: (seconds: number) => (ms += seconds * 1000) };
}

describe('the account of a round', () => {
  it('gives each stretch its joules, and what lies between iterations to none', async () => {
    const { meter, pass } = fakeMeter((second) => second + 1);
    const idle = { seconds: 5, watts: { a: 1 } };
    const account = accountEnergy({ meter, idle });
    pass(1);
    account.enter('load');
    pass(2);
    account.enter('prefill');
    pass(1);
    account.enter('decode');
    pass(1);
    account.iteration('warmup', { prefill: 64, decode: 7 });
    pass(5);
    account.enter('prefill');
    pass(1);
    account.enter('decode');
    pass(2);
    account.iteration('timed', { prefill: 64, decode: 7 });
    pass(1);
    const energy = await account.finish();
    expect(energy).toEqual({
      tier: 'counter',
      source: 'fake',
      updateMs: 1,
      idle,
      stretches: [
        { phase: 'load', kind: null, ms: 2000, tokens: null, joules: { a: 2 + 3 } },
        { phase: 'prefill', kind: 'warmup', ms: 1000, tokens: 64, joules: { a: 4 } },
        { phase: 'decode', kind: 'warmup', ms: 1000, tokens: 7, joules: { a: 5 } },
        { phase: 'prefill', kind: 'timed', ms: 1000, tokens: 64, joules: { a: 11 } },
        { phase: 'decode', kind: 'timed', ms: 2000, tokens: 7, joules: { a: 12 + 13 } },
      ],
      whole: { ms: 3000, tokens: 8, joules: { a: 36 } },
    });
    expect(energySchema.parse(energy)).toEqual(energy);
  });

  it('is unavailable as a whole where one stretch cannot be told', async () => {
    const { meter, pass } = fakeMeter(() => 1, { usedBetween: () => 'gone' });
    const account = accountEnergy({ meter, idle: null });
    account.enter('decode');
    pass(1);
    account.iteration('timed', {});
    expect(await account.finish()).toEqual(unmetered('gone'));
  });

  it('hands on why there is no meter', async () => {
    const account = accountEnergy(unmetered('none here'));
    account.enter('decode');
    account.iteration('timed', {});
    expect(await account.finish()).toEqual(unmetered('none here'));
  });
});

describe('the baseline', () => {
  const { signal } = new AbortController();

  it('lasts as long as the counter needs, and is left out where that is too long', () => {
    expect([1, 100, 200, 10_000].map((updateMs) => idleMs({ updateMs }))).toEqual([5_000, 5_000, 10_000, null]);
  });

  it('is power over the time that really passed', async () => {
    const { meter, pass } = fakeMeter(() => 7);
    const measured = measureIdle(meter, signal, 1);
    pass(4);
    expect(await measured).toEqual({ meter, idle: { seconds: 4, watts: { a: 7 } } });
  });

  it('refuses a counter that stands still', async () => {
    const { meter, pass } = fakeMeter(() => 0);
    const measured = measureIdle(meter, signal, 1);
    pass(4);
    expect(await measured).toEqual(unmetered('the counter of a stands still, as in some virtual machines'));
  });

  it('ends with the reason of an interruption', async () => {
    const controller = new AbortController();
    const measured = measureIdle(fakeMeter(() => 1).meter, controller.signal, 60_000);
    controller.abort(new Error('Ctrl-C'));
    await expect(measured).rejects.toThrow('Ctrl-C');
  });
});

describe('the choice of a source', () => {
  const battery = {
    'sys/class/power_supply/BAT0/type': 'Battery',
    'sys/class/power_supply/BAT0/status': 'Discharging',
    'sys/class/power_supply/BAT0/energy_now': '50000000',
  };
  const gpu = fakeMeter(() => 1, { source: 'NVML: gpu-0', updateMs: 100, usedBetween: () => ({ 'gpu-0': 1 }) }).meter;
  const package0 = fakeMeter(() => 1, { source: 'RAPL: package-0' }).meter;

  it('takes counters before a battery, a battery before nothing, and names what is missing', async () => {
    const sources = await openSources({ gpu: false }, powercapTree().root, 'linux');
    expect(sources.processor).toMatchObject({ tier: 'counter', source: expect.stringContaining('RAPL') });
    if ('close' in sources.processor) sources.processor.close();
    expect((await openSources({ gpu: false }, kernelTree(battery), 'linux')).processor).toMatchObject({
      tier: 'coarse',
    });
    expect((await openSources({ gpu: false }, kernelTree({}), 'linux')).processor).toMatchObject({
      reason: expect.stringContaining('no RAPL counters'),
    });
    expect((await openSources({ gpu: false }, kernelTree({}), 'win32')).processor).toEqual(
      unmetered('no counter of energy is read on win32'),
    );
  });

  it('adds the processor to a GPU, and never tells half of a machine for the whole', () => {
    expect(sourceFor('cpu', { processor: package0, gpu })).toBe(package0);
    const both = sourceFor('cuda', { processor: package0, gpu }) as Meter;
    expect(both).toMatchObject({ tier: 'counter', source: 'RAPL: package-0 + NVML: gpu-0', updateMs: 100 });
    expect(both.usedBetween(0, 0)).toEqual({ a: 0, 'gpu-0': 1 });
    expect(sourceFor('cuda', { processor: unmetered('root'), gpu })).toBe(gpu);
    expect(sourceFor('cuda', { processor: package0, gpu: unmetered('no driver') })).toEqual(
      unmetered('the GPU: no driver'),
    );
    const whole = fakeMeter(() => 1, { tier: 'coarse' }).meter;
    expect(sourceFor('webgpu', { processor: whole, gpu: unmetered('no driver') })).toBe(whole);
  });

  it('tells the first fault of several meters', () => {
    const broken = fakeMeter(() => 1, { usedBetween: () => 'set back' }).meter;
    expect(combineMeters([package0, broken]).usedBetween(0, 0)).toBe('set back');
  });
});
