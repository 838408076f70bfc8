// What a run stores as predicted: from earlier sittings of this machine, before the first round, and never from its own.
import { expect, it } from 'vitest';
import { resume, run } from '../../src/run/run.js';
import { readResult, saveResult } from '../../src/store/files.js';
import { ceilingOf } from '../fixtures/ceilings.js';
import { steadyRound } from '../fixtures/document.js';
import { fakeExecutor } from '../fixtures/fake-executor.js';
import { tinyWorkplace } from '../fixtures/tiny-suite.js';

const { suite, results } = tinyWorkplace();
/** 4 tokens after 2 ms, 0.15 ms apart: 6,667 tok/s, and 8,000 tok/s of a prompt of 16. */
const executor = fakeExecutor(() => steadyRound(2, 0.15, 4), {
  kernelRates: async ({ ep, threads, workingSets }) => [
    ...workingSets.map((workingSetBytes) => ceilingOf('read-bandwidth', 20, { ep, threads, workingSetBytes })),
    ceilingOf('matmul-fp32', 100, { ep, threads, workingSetBytes: null }),
  ],
});
const measure = (overrides = {}) => run(suite(overrides), { executor, results, machine: 'oracle' });
const predictedOf = ({ document }: Awaited<ReturnType<typeof measure>>) => document.cases[0]!.predicted!;

it('without an earlier sitting, stores what is expected of any machine, without a range', async () => {
  const { decodeRate, ttftMs, peakRssBytes } = predictedOf(await measure());
  // Two layers of 40 µs a token and 200 µs a prompt; weights and attention take a few more.
  expect(decodeRate!.value).toBeGreaterThan(10_000);
  expect(decodeRate!.value).toBeLessThan(12_501);
  expect(ttftMs!.value).toBeGreaterThan(0.4);
  expect(ttftMs!.value).toBeLessThan(0.6);
  expect(peakRssBytes!.value).toBeGreaterThan(50e6);
  expect(decodeRate).toMatchObject({ low: null, high: null });
});

it('with one, comes near what was measured there; and a result with predictions can be read again', async () => {
  const begun = await measure();
  const { decodeRate, prefillRate } = predictedOf(begun);
  expect(decodeRate!.value / 6667).toBeGreaterThan(0.85);
  expect(decodeRate!.value / 6667).toBeLessThan(1.25);
  expect(prefillRate!.value / 8000).toBeGreaterThan(0.6);
  expect(prefillRate!.value / 8000).toBeLessThan(1.8);
  expect(readResult(begun.path!).cases[0]!.predicted).toEqual(begun.document.cases[0]!.predicted);
});

it('is kept when rounds are added', async () => {
  const begun = await measure();
  const longer = await resume(begun.path!, { rounds: 4 }, { executor, results, machine: 'oracle' });
  expect(longer.document.cases[0]!.predicted).toEqual(begun.document.cases[0]!.predicted);
});

it('is not made afterwards, for a case that has rounds', async () => {
  const begun = await measure();
  const { predicted: _, ...older } = begun.document.cases[0]!;
  saveResult(begun.path!, { ...begun.document, cases: [older] });
  const longer = await resume(begun.path!, { rounds: 4 }, { executor, results, machine: 'oracle' });
  expect(longer.document.cases[0]!.predicted).toBeUndefined();
});

it('is not made of micro workloads, nor where nothing is stored', async () => {
  const micro = await measure({ workloads: [{ kind: 'sustained', prompt: [16], new: [4], seconds: 1 }] });
  expect(micro.document.cases[0]!.predicted).toBeUndefined();
  const unstored = await run(suite(), { executor, results: null, machine: 'oracle' });
  expect(unstored.document.cases[0]!.predicted).toBeUndefined();
});
