// The slowdown of a study: read from the environment, refused when it makes no sense.
import { expect, it } from 'vitest';
import { studySlowdown } from '../../src/worker/study-slowdown.js';

it('is nothing outside a study, and a factor inside', () => {
  expect([studySlowdown({}), studySlowdown({ EDGEPROOF_STUDY_SLOWDOWN: '' })]).toEqual([null, null]);
  expect(studySlowdown({ EDGEPROOF_STUDY_SLOWDOWN: '1.05' })).toBe(1.05);
});

it.each(['fast', '0.9', '11', 'NaN'])('refuses %s', (text) => {
  expect(() => studySlowdown({ EDGEPROOF_STUDY_SLOWDOWN: text })).toThrow(/EDGEPROOF_STUDY_SLOWDOWN/);
});
