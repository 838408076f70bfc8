// Pauses between attempts: the long ones are announced, with what is waited for.
import { expect, it } from 'vitest';
import { TransientError } from '../../src/hub/failures.js';
import { isProgress } from '../../src/hub/pace.js';
import { withRetries } from '../../src/hub/retry.js';

const policy = { attempts: 3, firstPauseMs: 1, longestPauseMs: 5 };

it('announces a long pause before it begins, and no short one', async () => {
  const announced: [number, string][] = [];
  const user = new AbortController();
  let attempts = 0;
  const operation = async () => {
    attempts++;
    throw new TransientError('too many requests (429)', attempts === 1 ? null : 30_000);
  };
  const onPause = (ms: number, reason: string) => {
    announced.push([ms, reason]);
    user.abort(new Error('enough'));
  };
  await expect(withRetries(policy, user.signal, operation, undefined, onPause)).rejects.toThrow('enough');
  expect([attempts, announced]).toEqual([2, [[30_000, 'too many requests (429)']]]);
});

it('counts as progress what came at a kilobyte a second or faster', () => {
  expect([isProgress(30_000, 30_000), isProgress(29_999, 30_000)]).toEqual([true, false]);
  expect([isProgress(1, 1), isProgress(0, 0)]).toEqual([true, false]);
});
