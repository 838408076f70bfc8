// Meters that are processes: a script that prints, one that cannot start, one that dies; and what powermetrics prints.

import { describe, expect, it } from 'vitest';
import type { Unmetered } from '../../../src/contract/energy.js';
import { isMeter, type Meter, monotonicMs, unmetered } from '../../../src/machine/energy/meter.js';
import { createPowermetricsParser } from '../../../src/machine/energy/powermetrics.js';
import { openStream } from '../../../src/machine/energy/stream.js';

const script = (body: string) => [process.execPath, '-e', body];

function open(command: string[]): Promise<Meter | Unmetered> {
  return openStream({
    command,
    tier: 'counter',
    updateMs: 20,
    parse: (line) => (line.startsWith('{') ? JSON.parse(line) : null),
    source: (domains) => `test: ${domains.join(', ')}`,
    explain: (stderr) => unmetered(`it ended: ${stderr}`),
  });
}

// 2 W, told every 20 ms on the clock that processes share; other lines are not readings.
const STEADY = `
  const at = () => Number(process.hrtime.bigint()) / 1e6, start = at();
  const print = () => { const atMs = at(); console.log(JSON.stringify({ atMs, joules: { a: (atMs - start) / 500 } })); };
  console.log('hello'); print(); setInterval(print, 20); process.stdin.resume().on('close', () => process.exit());
`;

describe('a streamed meter', () => {
  it('tells what lies between two moments of the clock that both processes have', async () => {
    const meter = (await open(script(STEADY))) as Meter;
    const start = monotonicMs();
    expect(meter.source).toBe('test: a');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const end = meter.read();
    await meter.known(end);
    const used = meter.usedBetween(start, end) as { a: number };
    expect(used.a / ((end - start) / 500)).toBeCloseTo(1, 6);
    meter.close();
  });

  it('says why there is no reading', async () => {
    expect(await open(script(`console.error('no driver'); process.exit(1)`))).toEqual(unmetered('it ended: no driver'));
    const missing = await open(['/nowhere/meter']);
    expect(isMeter(missing)).toBe(false);
    expect(missing).toMatchObject({ reason: expect.stringContaining('ENOENT') });
  });

  it('says why there is none from some moment on', async () => {
    const dying = `console.log('{"atMs":1,"joules":{"a":0}}'); setTimeout(() => { console.error('gone'); process.exit(1) }, 50)`;
    const meter = (await open(script(dying))) as Meter;
    const end = monotonicMs();
    await meter.known(end);
    expect(meter.usedBetween(1, 1)).toEqual({ a: 0 });
    while (typeof meter.usedBetween(1, end) !== 'string') await new Promise((resolve) => setTimeout(resolve, 10));
    await expect.poll(() => meter.usedBetween(1, end)).toBe('it ended: gone');
  });
});

const APPLE = `Machine model: Mac14,2

*** Sampled system activity (Fri Sep 11 13:41:46 2026 -0700) (200.50ms elapsed) ***

**** Processor usage ****

CPU 4 frequency: 2039 MHz

CPU Power: 823 mW
GPU Power: 26 mW
ANE Power: 323 mW
Combined Power (CPU + GPU + ANE): 1172 mW

*** Sampled system activity (Fri Sep 11 13:41:46 2026 -0700) (201.00ms elapsed) ***

Combined Power (CPU + GPU + ANE): 5000 mW

*** Sampled system activity (Fri Sep 11 13:41:46 2026 -0700) (400.00ms elapsed) ***

Combined Power (CPU + GPU + ANE): 2500 mW
`;

const INTEL = `*** Sampled system activity (Mon Mar  2 10:00:00 2020 +0100) (1000.00ms elapsed) ***

Intel energy model derived package power (CPUs+GT+SA): 3.50W

*** Sampled system activity (Mon Mar  2 10:00:01 2020 +0100) (2000.00ms elapsed) ***

Intel energy model derived package power (CPUs+GT+SA): 4.25W
`;

describe('powermetrics', () => {
  const read = (text: string) => {
    const parse = createPowermetricsParser(() => 0);
    return text.split('\n').flatMap((line) => parse(line)?.joules.chip ?? []);
  };

  it('adds up power over the time of each sample; the first one ends before anything is asked', () => {
    const [first, second, third, ...rest] = read(APPLE);
    expect([first, rest]).toEqual([0, []]);
    expect(second).toBeCloseTo(1.005, 12);
    expect(third).toBeCloseTo(2.005, 12);
  });

  it('reads what older Macs print', () => {
    expect(read(INTEL)).toEqual([0, 8.5]);
  });
});
