// `--option`: the grammar of its lists, and what is refused.
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../src/suite/option-parsing.js';
import { thrownBy } from '../fixtures/thrown.js';

describe('--option', () => {
  it('makes the product of its lists', () => {
    expect(parseOptions(['spinning=off,on', 'session.xyz=1', 'session.xyz=2'])).toEqual([
      { spinning: false, config: { 'session.xyz': '1' } },
      { spinning: false, config: { 'session.xyz': '2' } },
      { spinning: true, config: { 'session.xyz': '1' } },
      { spinning: true, config: { 'session.xyz': '2' } },
    ]);
    expect(parseOptions(['graphOptimization=basic'])).toEqual([{ graphOptimization: 'basic' }]);
    expect(parseOptions(['hugePages=on', 'kvDtype=graph,int8'])).toEqual([
      { hugePages: true, kvDtype: 'graph' },
      { hugePages: true, kvDtype: 'int8' },
    ]);
  });

  it.each([
    ['spinning', 'name=value'],
    ['spinning=maybe', 'spinning=on or spinning=off'],
    ['graphOptimization=some', 'disabled, basic, extended, layout, all'],
    ['speed=high', 'spinning, arena, memoryPattern, graphOptimization, kvDtype, hugePages'],
    ['kvDtype=fp16', 'graph, int8; dtypes fp16 and q4f16 keep'],
  ])('%s is refused with what to write', (text, words) => {
    const error = thrownBy(() => parseOptions([text]));
    expect([error.code, error.hint]).toEqual(['input-invalid', expect.stringContaining(words)]);
  });
});
