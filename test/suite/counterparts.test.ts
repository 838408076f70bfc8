// Which case of the other side belongs to which of this one, and what is refused.
import { expect, it } from 'vitest';
import { suiteSchema } from '../../src/contract/suite.js';
import { counterparts } from '../../src/suite/counterparts.js';
import { planCases } from '../../src/suite/plan.js';
import { readVersus, versusSuite } from '../../src/suite/versus.js';

function paired(fields: Record<string, unknown>, vs: string) {
  const suite = suiteSchema.parse({
    name: 'tiny',
    models: ['qwen2.5-0.5b'],
    threads: [2],
    workloads: [{ kind: 'generate', prompt: [16], new: [4] }],
    ...fields,
  });
  const versus = readVersus(vs === '' ? [] : [vs]);
  const names = versus.dimensions.map(({ name }) => name);
  const pairs = counterparts(planCases(versusSuite(suite, versus), 2), planCases(suite, 2), names);
  return pairs.map(({ before, after }) => `${words(before.id)} → ${words(after.id)}`);
}
const words = (id: string) =>
  id
    .replace(/^(\w+)\/model=qwen2.5-0.5b|\/(ep|new|prompt)=|\/\w+(\.\w+)?=/g, ' ')
    .replace(/ +/g, ' ')
    .trim();

it('pairs each case with the one that agrees in what tells the cases apart', () => {
  const workloads = [{ kind: 'generate', prompt: [16, 32], new: [4] }];
  expect(paired({ workloads, layouts: ['tuned'], dtypes: ['q4', 'int8'] }, 'layout=published')).toEqual([
    'published q4 onnxruntime cpu 2 16 4 → tuned q4 onnxruntime cpu 2 16 4',
    'published q4 onnxruntime cpu 2 32 4 → tuned q4 onnxruntime cpu 2 32 4',
    'published int8 onnxruntime cpu 2 16 4 → tuned int8 onnxruntime cpu 2 16 4',
    'published int8 onnxruntime cpu 2 32 4 → tuned int8 onnxruntime cpu 2 32 4',
  ]);
});

it('lets follow what a value brings with it, such as the layout of another runtime', () => {
  expect(paired({ layouts: ['tuned'] }, 'runtime=llama.cpp')).toEqual([
    'gguf q4 llama.cpp cpu 2 16 4 → tuned q4 onnxruntime cpu 2 16 4',
  ]);
});

it('pairs cases with themselves where only installations differ', () => {
  expect(paired({}, '')).toEqual(['tuned q4 onnxruntime cpu 2 16 4 → tuned q4 onnxruntime cpu 2 16 4']);
});

it.each([
  [{ threads: [1, 2] }, 'threads=4', 'this run has threads 1, 2, so that no case has one counterpart'],
  [{ options: [{}, { spinning: false }] }, 'option.spinning=off', 'option.spinning default, off'],
  [{}, 'threads=2', 'changes nothing of generate/'],
  [
    { layouts: ['tuned', 'published'] },
    'runtime=llama.cpp',
    'no counterpart of generate/model=qwen2.5-0.5b/layout=tuned',
  ],
])('refuses %j against %s', (fields, vs, message) => {
  expect(() => paired(fields, vs)).toThrow(
    expect.objectContaining({ code: 'input-invalid', message: expect.stringContaining(message) }),
  );
});
