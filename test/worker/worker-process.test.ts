// The environment of a worker: what its options need of it, beside what was there.
import { describe, expect, it } from 'vitest';
import { environmentOf } from '../../src/worker/worker-process.js';

describe('the environment of a worker', () => {
  it('is that of its parent', () => {
    const env = { PATH: '/bin', GLIBC_TUNABLES: 'glibc.malloc.check=1' };
    expect(environmentOf({ runtime: 'onnxruntime' }, env)).toEqual(env);
    expect(environmentOf({ runtime: 'onnxruntime' }, { PATH: '/bin' })).toEqual({ PATH: '/bin' });
  });

  it('asks for huge pages beside other tunables of the C library', () => {
    const asked = (env: NodeJS.ProcessEnv) =>
      environmentOf({ runtime: 'onnxruntime', options: { hugePages: true } }, env).GLIBC_TUNABLES;
    expect(asked({})).toBe('glibc.malloc.hugetlb=1');
    expect(asked({ GLIBC_TUNABLES: 'glibc.malloc.check=1' })).toBe('glibc.malloc.check=1:glibc.malloc.hugetlb=1');
  });
});
