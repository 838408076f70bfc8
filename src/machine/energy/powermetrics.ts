// powermetrics of macOS: the average power of the chip over each interval, added up. It needs root. Its manual says that the
// values are estimates and cannot be compared between devices, so the tier is coarse.
import type { Unmetered } from '../../contract/energy.js';
import { type Meter, monotonicMs, type Reading, unmetered } from './meter.js';
import { openStream } from './stream.js';

const INTERVAL_MS = 200;
const COMMAND = ['powermetrics', '--samplers', 'cpu_power', '-i', String(INTERVAL_MS), '--buffer-size', '1'];

const ALLOW_POWERMETRICS = '%admin ALL=(root) NOPASSWD: /usr/bin/powermetrics';

/** Uses sudo without a password unless this process is root. */
export function openPowermetrics(isRoot = process.geteuid?.() === 0): Promise<Meter | Unmetered> {
  return openStream({
    command: isRoot ? COMMAND : ['sudo', '-n', ...COMMAND],
    tier: 'coarse',
    updateMs: INTERVAL_MS,
    parse: createPowermetricsParser(),
    source: (domains) => `powermetrics: ${domains.join(', ')}`,
    explain: (stderr) =>
      /password|sudo|superuser/i.test(stderr)
        ? unmetered('powermetrics needs root', `allow it with visudo: ${ALLOW_POWERMETRICS}`)
        : unmetered(`powermetrics ended: ${stderr.split('\n')[0] || 'no reason given'}`),
  });
}

const SAMPLE = /^\*\*\* Sampled system activity .*\(([\d.]+)ms elapsed\)/;
/** The line of Apple silicon, or that of Intel processors. */
const POWER = /^(?:Combined Power \(CPU \+ GPU \+ ANE\)|Intel energy model derived package power .*): ([\d.]+) ?(mW|W)/;

/** Gives one reading for each sample, once its power has been printed. */
export function createPowermetricsParser(now: () => number = monotonicMs): (line: string) => Reading | null {
  let elapsedMs: number | null = null;
  let total = 0;
  let first = true;
  return (line) => {
    const sample = SAMPLE.exec(line)?.[1];
    if (sample !== undefined) elapsedMs = Number(sample);
    const power = POWER.exec(line);
    if (power === null || elapsedMs === null) return null;
    const watts = Number(power[1]) / (power[2] === 'mW' ? 1000 : 1);
    if (!first) total += (watts * elapsedMs) / 1000;
    first = false;
    elapsedMs = null;
    return { atMs: now(), joules: { chip: total } };
  };
}
