// Reading what llama-bench prints: both formats, builds that have other fields, and what is refused by its field.
import { describe, expect, it } from 'vitest';
import { readLlamaBench, settingsOf } from '../../src/formats/llama-bench.js';
import { asJson, asLines, type Entry, generationEntry, promptEntry } from '../fixtures/llama-bench.js';
import { thrownBy as thrown } from '../fixtures/thrown.js';

const read = (content: Buffer) => readLlamaBench('bench.json', content);
const refusal = (entry: Entry) => (thrown(() => read(asJson([promptEntry(), entry]))) as Error).message;

describe('formats', () => {
  it('reads -o json and -o jsonl as the same entries', () => {
    const entries = [promptEntry(), generationEntry()];
    expect(read(asLines(entries))).toEqual(read(asJson(entries)));
    expect(read(asJson(entries)).map(({ n_prompt, n_gen, n_depth }) => [n_prompt, n_gen, n_depth])).toEqual([
      [512, 0, 0],
      [0, 128, 0],
    ]);
  });

  it('reads several runs appended to one file of lines', () => {
    expect(read(Buffer.concat([asLines([promptEntry()]), asLines([promptEntry()])]))).toHaveLength(2);
  });

  it('names the line that is cut off', () => {
    const content = Buffer.from(`${JSON.stringify(promptEntry())}\n{"build_commit": "8cf`);
    expect(thrown(() => read(content))).toMatchObject({
      code: 'json-broken',
      message: expect.stringContaining('line 2'),
    });
  });

  it.each(['| model | size |\n|---|---|', 'build_commit,build_number\n8cf427ff,5163', ''])(
    'refuses other formats: %j',
    (text) => {
      expect(thrown(() => read(Buffer.from(text)))).toMatchObject({ code: 'file-invalid' });
    },
  );

  it('reads entries of builds from before depth, and of forks with fields of their own', () => {
    const { n_depth, backends, gpu_info, ...older } = promptEntry({ cuda: true, mla_attn: 3, build_number: 0 });
    const [entry] = read(asJson([older]));
    expect(entry).toMatchObject({ n_depth: 0, gpu_info: '' });
    expect(settingsOf(entry!)).toMatchObject({ cuda: true, mla_attn: 3, n_batch: 2048, use_mmap: true });
  });
});

describe('impossible values are refused by field', () => {
  it.each<[Entry, string]>([
    [{ samples_ns: [64e6, -1] }, '[1].samples_ns[1]'],
    [{ samples_ns: [0] }, '[1].samples_ns[0]'],
    [{ samples_ns: [] }, '[1].samples_ns'],
    [{ samples_ns: [Number.NaN] }, '[1].samples_ns[0]'],
    [{ samples_ns: undefined, avg_ns: 0 }, '[1].avg_ns'],
    [{ samples_ns: undefined, avg_ns: undefined }, '[1].samples_ns: missing'],
    [{ stddev_ns: -3 }, '[1].stddev_ns'],
    [{ avg_ns: 50e6 }, '[1].avg_ns: expected 68000000, the mean of samples_ns'],
    [{ n_prompt: 0, n_gen: 0 }, '[1].n_prompt: expected tokens'],
    [{ n_threads: 0 }, '[1].n_threads'],
    [{ model_size: 1.5 }, '[1].model_size'],
    [{ test_time: 'yesterday' }, '[1].test_time'],
    [{ build_commit: undefined }, '[1].build_commit: missing'],
  ])('%j', (fault, expected) => {
    expect(refusal(promptEntry(fault))).toContain(expected);
  });
});
