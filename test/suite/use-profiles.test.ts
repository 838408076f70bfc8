// The use profiles, one by one; and those that nobody has.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { USE_METRICS, type UseProfile } from '../../src/contract/use-profile.js';
import { USES } from '../../src/suite/use-profiles.js';
import { thrownBy } from '../fixtures/thrown.js';

const folder = mkdtempSync(join(tmpdir(), 'edgeproof-uses-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(USES.all())('$id', ({ workload, lengths, thresholds }) => {
  it('has lengths inside the ranges that they come from', () => {
    for (const { name, value, range } of lengths) {
      expect(value, name).toBeGreaterThanOrEqual(range[0]);
      expect(value, name).toBeLessThanOrEqual(range[1]);
    }
    expect(lengths.map(({ value }) => value)).toContain(workload.new);
  });

  it('can be judged before anything is measured, in memory at the least', () => {
    const predicted = thresholds.filter(({ metric }) => USE_METRICS[metric].predicted);
    expect(predicted.length).toBeGreaterThanOrEqual(2);
    expect(predicted.map(({ metric }) => metric)).toContain('memoryShare');
  });

  it('names no file of ours', () => {
    expect(JSON.stringify(thresholds) + JSON.stringify(lengths)).not.toMatch(/devices\.json|reference\/|tables\./);
  });
});

it('are those that the mission names, with the thresholds that were published or follow from them', () => {
  expect(USES.ids()).toEqual([
    ...['agent', 'audio-description', 'autocomplete', 'background-batch'],
    ...['chat', 'long-document', 'offline-translation', 'voice-assistant'],
  ]);
  const chat = USES.named('chat');
  const of = (metric: string) => chat.thresholds.find((one) => one.metric === metric)!.acceptable;
  // 238 words a minute × 1.28 tokens a word (Brysbaert 2019); the conversational limit of MLPerf.
  expect(of('decodeTokensPerSecond')).toBeCloseTo((238 * 1.28) / 60, 1);
  expect(of('ttftSeconds')).toBe(2);
});

describe('useProfile', () => {
  it('takes an id, a part of one that no other has, or a file; names those that are alike', () => {
    expect(USES.named('voice').id).toBe('voice-assistant');
    expect(thrownBy(() => USES.named('chatt')).hint).toContain('similar names: chat');
    expect(thrownBy(() => USES.named('chatt')).hint).toContain('edgeproof fit --uses');
  });

  it('refuses a threshold whose good is less than acceptable, by its field', () => {
    const profile = JSON.parse(readFileSync(join(USES.directory, 'chat.json'), 'utf8')) as UseProfile;
    profile.thresholds[0]!.good = 5;
    const path = join(folder, 'absurd.json');
    writeFileSync(path, JSON.stringify(profile));
    expect(thrownBy(() => USES.named(path)).message).toContain('thresholds[0].good');
  });
});
