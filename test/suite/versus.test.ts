// `--vs`: what is read of it, and the suite of the other side.
import { describe, expect, it } from 'vitest';
import { suiteSchema } from '../../src/contract/suite.js';
import { DIMENSION_NAMES } from '../../src/suite/dimensions.js';
import { readVersus, versusSuite } from '../../src/suite/versus.js';

const suite = suiteSchema.parse({
  name: 'tiny',
  models: ['qwen2.5-0.5b'],
  workloads: [{ kind: 'generate', prompt: [16, 32], new: [4] }],
  options: [{ spinning: false }, { config: { 'session.a_b': '1' } }],
  limits: [{ memory: '1GB' }],
});
const other = (...texts: string[]) => versusSuite(suite, readVersus(texts));

describe('what --vs says', () => {
  it('is settings parted by commas or repeated; other commas belong to a value', () => {
    const names = (...texts: string[]) => readVersus(texts).dimensions.map(({ name, text }) => `${name} is ${text}`);
    expect(names('layout=published,threads=1', 'cpus=0,1')).toEqual([
      'layout is published',
      'threads is 1',
      'cpus is 0,1',
    ]);
    expect(names('option.session.a_b=2, cpus=0,2-3,model=C:\\a=b')).toEqual([
      'option.session.a_b is 2',
      'cpus is 0,2-3',
      'model is C:\\a=b',
    ]);
  });

  it('may be the folder of another installation, one at most', () => {
    expect(readVersus(['onnxruntime=/opt/ort,threads=1'])).toEqual({
      dimensions: [{ name: 'threads', text: '1' }],
      installation: { name: 'onnxruntime', folder: '/opt/ort' },
    });
    expect(() => readVersus(['edgeproof=a', 'onnxruntime=b'])).toThrow('--vs: two installations');
  });

  it.each(DIMENSION_NAMES.filter((name) => name !== 'option'))('may name the dimension %s', (name) => {
    expect(readVersus([`${name}=x`]).dimensions).toEqual([{ name, text: 'x' }]);
  });

  it.each([
    ['threads', '--vs: threads'],
    ['=1', '--vs: =1'],
    ['speed=1', 'speed is not known'],
    ['option=kvDtype=int8', 'option is not known'],
    ['threads=1,threads=2', 'threads is given twice'],
  ])('refuses %s', (text, message) => {
    expect(() => readVersus([text])).toThrow(
      expect.objectContaining({ code: 'input-invalid', message: expect.stringContaining(message) }),
    );
  });
});

describe('the suite of the other side', () => {
  it('has one value of what is named, and all else of this run', () => {
    expect(other('threads=1,dtype=int8,prompt=64')).toEqual({
      ...suite,
      threads: [1],
      dtypes: ['int8'],
      workloads: [{ ...suite.workloads[0], prompt: [64] }],
    });
  });

  it('adds an option or a limit to each set that this run has', () => {
    const { options, limits } = other('option.kvDtype=int8', 'option.session.c_d=2', 'cpus=0,1');
    expect(options).toEqual([
      { spinning: false, kvDtype: 'int8', config: { 'session.c_d': '2' } },
      { config: { 'session.a_b': '1', 'session.c_d': '2' }, kvDtype: 'int8' },
    ]);
    expect(limits).toEqual([{ memory: '1GB', cpus: '0,1' }]);
  });

  it.each([
    ['threads=1,2', 'threads=1,2 has 2 values'],
    ['option.spinning=on,off', 'option.spinning=on,off has 2 values'],
    ['threads=many', '--vs threads: "many"'],
    ['dtype=q17', 'dtypes[0]'],
    ['seconds=60', 'seconds changes nothing'],
  ])('refuses %s', (text, message) => {
    expect(() => other(text)).toThrow(message);
  });
});
