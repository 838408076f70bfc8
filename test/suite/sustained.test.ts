// The workload `sustained` in suites: its cases, what the command line changes of it, and how long its worker may live.
import { describe, expect, it } from 'vitest';
import { suiteSchema } from '../../src/contract/suite.js';
import { loadSuite } from '../../src/suite/load.js';
import { overrideSuite } from '../../src/suite/overrides.js';
import { planCases, roundTimeoutSeconds } from '../../src/suite/plan.js';
import { thrownBy } from '../fixtures/thrown.js';

const suite = loadSuite('sustained');
const casesOf = (overrides: Parameters<typeof overrideSuite>[1]) => planCases(overrideSuite(suite, overrides), 2);

describe('a sustained workload', () => {
  it('is one case for each of its lengths, and names its time', () => {
    const [first, second, ...rest] = casesOf({ seconds: 600, depth: [0, 1024] });
    expect(first!.id).toMatch(/^sustained\/model=.*\/threads=2\/prompt=64\/new=128\/seconds=600$/);
    expect(second!.key.workload).toEqual({ kind: 'sustained', prompt: 64, new: 128, depth: 1024, seconds: 600 });
    expect(rest).toEqual([]);
  });

  it('gives its worker its own time on top of the limit', () => {
    const [planned] = casesOf({ seconds: 1200 });
    expect(roundTimeoutSeconds(planned!.key, 600)).toBe(1800);
    const [generate] = planCases(loadSuite('quick'), 2);
    expect(roundTimeoutSeconds(generate!.key, 600)).toBe(600);
  });

  it('runs on llama.cpp too', () => {
    expect(casesOf({ runtimes: ['llama.cpp'] }).map(({ key }) => key.layout)).toEqual(['gguf']);
  });

  it('is asked for by --seconds alone where there is one', () => {
    const error = thrownBy(() => overrideSuite(loadSuite('quick'), { seconds: 60 }));
    expect(error).toMatchObject({ code: 'input-invalid', message: expect.stringContaining('--seconds') });
    expect(error.hint).toContain('such as sustained');
  });

  it('needs two tokens a pass: one has no decode', () => {
    const workloads = [{ kind: 'sustained', prompt: [8], new: [1], seconds: 60 }];
    expect(suiteSchema.safeParse({ ...suite, workloads }).error?.issues[0]?.path).toEqual(['workloads', 0, 'new', 0]);
  });
});
