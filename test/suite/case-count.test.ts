// Suites that stand for too many cases are refused before any case is made, with the lists that make them.
import { describe, expect, it } from 'vitest';
import { suiteSchema } from '../../src/contract/suite.js';
import { requireFewCasesOf } from '../../src/suite/case-count.js';
import { parseOptions } from '../../src/suite/option-parsing.js';
import { readDimensions } from '../../src/suite/overrides.js';
import { planCases } from '../../src/suite/plan.js';
import { thrownBy } from '../fixtures/thrown.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const suite = (...workloads: unknown[]) =>
  suiteSchema.parse({ name: 'many', models: ['m'], threads: [1, 2], workloads });
const generate = (prompt: number, more: object = {}) => ({
  kind: 'generate',
  prompt: numbers(prompt),
  new: [8],
  ...more,
});

describe('the cases of a suite', () => {
  it('are 10,000 at most, all workloads together', () => {
    requireFewCasesOf(suite(generate(4000), generate(1000)));
    expect(thrownBy(() => requireFewCasesOf(suite(generate(4000), generate(1001))))).toMatchObject({
      code: 'input-invalid',
      message: 'this asks for up to 10002 cases: 2 × threads, 4000 × prompt',
      hint: 'expected 10000 cases at most, from shorter lists or larger steps',
    });
  });

  it('are counted, not made: a billion is refused at once', () => {
    const all = suite(generate(1000, { new: numbers(1000), depth: numbers(1000) }));
    expect(thrownBy(() => planCases(all, 2)).message).toBe(
      'this asks for up to 2000000000 cases: 2 × threads, 1000 × prompt, 1000 × new, 1000 × depth',
    );
  });

  it('are bounded where lists multiply on the command line', () => {
    const many = numbers(101).join(',');
    expect(thrownBy(() => parseOptions([`session.a=${many}`, `session.b=${many}`])).message).toBe(
      'this asks for up to 10201 cases: 101 × option, 101 × option',
    );
    const sizes = numbers(101)
      .map((size) => `${size}MB`)
      .join(',');
    expect(thrownBy(() => readDimensions({ 'memory-limit': sizes, 'cpu-quota': many })).message).toBe(
      'this asks for up to 10201 cases: 101 × limits, 101 × limits',
    );
  });
});
