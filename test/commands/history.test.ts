// `history` as a user runs it: which cases and metrics, every form of output, exit codes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historySchema } from '../../src/contract/views/history.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'edgeproof-verb-history-'));
const store = join(folder, 'results');

beforeAll(() => {
  mkdirSync(join(store, 'testbox-2c-8gb'), { recursive: true });
  for (let day = 0; day < 8; day++) {
    const rate = (day < 5 ? 50 : 40) + (day % 2) / 10;
    const cases = (['q4', 'int8'] as const).map((dtype) =>
      generateCase([steadyRound(100, 1000 / rate), steadyRound(100, 1001 / rate)], { key: { dtype } }),
    );
    const startedAt = `2026-11-0${day + 1}T09:00:00.000Z`;
    const document = documentOf(cases, { startedAt });
    document.tool.commit = `${day}`.repeat(40);
    writeFileSync(join(store, 'testbox-2c-8gb', `quick-2026110${day + 1}T090000Z.json`), JSON.stringify(document));
  }
  writeFileSync(join(store, 'testbox-2c-8gb', 'quick-20261109T090000Z.json'), '{ "schemaVersion": 1');
});
afterAll(() => rmSync(folder, { recursive: true }));

function history(...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'history', ...parameters], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, EDGEPROOF_CACHE: join(folder, 'cache') },
  });
  return { status, stdout, stderr };
}

const seriesOf = (...parameters: string[]) =>
  historySchema
    .parse(JSON.parse(history('-o', 'json', ...parameters).stdout))
    .map(({ key, metric, points }) => `${key.dtype} ${metric} ${points.length}`);

describe('history', () => {
  it('shows each case with its steps, and names files that it cannot read', () => {
    const { status, stdout, stderr } = history('--metric', 'decode');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^passed over: .*quick-20261109T090000Z\.json is not JSON/);
    const lines = stdout.split('\n');
    expect(lines[3]).toMatch(
      /^q4 pp512 tg5 +decode rate +8 +2026-11-01 to 2026-11-08 .*█████▁▁▁ +−19\.\d % 2026-11-06$/,
    );
    expect(stdout).toMatch(
      /int8 pp512 tg5, decode rate: level moved −19\.\d % \(−2\d\.\d to −1\d\.\d\), worse, between 4444444 and 5555555, 2026-11-05 to 2026-11-06/,
    );
  });

  it('shows the points of a single series', () => {
    const { stdout } = history('dtype=q4', '--metric', 'decodeRate');
    expect(stdout.split('\n')[0]).toContain('tuned q4');
    expect(stdout).toMatch(/2026-11-06 09:00 +5555555 +40\.\d ± .*level moved −19\.\d %/);
  });

  it('takes cases by model, words of a label, part of an id or pattern, and metrics by name or column', () => {
    expect(seriesOf()).toEqual(['q4 prefillRate 8', 'q4 decodeRate 8', 'int8 prefillRate 8', 'int8 decodeRate 8']);
    expect(seriesOf('qwen2.5-0.5b', '--metric', 'memory')).toEqual(['q4 peakRssBytes 8', 'int8 peakRssBytes 8']);
    expect(seriesOf('dtype=int?/*new=5', '--metric', 'tpotMs,load')).toEqual(['int8 tpotMs 8', 'int8 loadMs 8']);
    expect(seriesOf('tuned int8 pp512 tg5', '--metric', 'decode')).toEqual(['int8 decodeRate 8']);
    expect(seriesOf('tg5', '--metric', 'decode')).toEqual(['q4 decodeRate 8', 'int8 decodeRate 8']);
    expect(seriesOf('--since', '2026-11-04', '--model', 'qwen*', 'q4', '--metric', 'decode')).toEqual([
      'q4 decodeRate 5',
    ]);
  });

  it.each([
    [['nothing'], 'no result in results has the figures of a case named nothing'],
    [['--metric', 'cold-load'], 'no result in results has the figures of a case that the filters let through'],
    [['--metric', 'cold'], '--metric cold: unknown metric'],
  ])('has no answer for %j: exit code 2', (parameters, message) => {
    const { status, stdout, stderr } = history(...parameters);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
