// Tests mirror src/, in three groups, one after the other. Those of pure rooms run two files at a time and share the modules
// that they import, which saves a third of their time. Those that run models to see what comes out, or change tables, run two
// at a time; those that watch memory, processor time and rates of real workers run one by one. What takes longer than five
// seconds is named as slow. The longest files belong to the gate, which sets EDGEPROOF_TEST_LONG, as whoever changes them does.
import { defineConfig } from 'vitest/config';

const MODELS = ['test/{cli,library}.test.ts', 'test/commands/**/*.test.ts', 'test/worker/runtimes/**/*.test.ts'];
const TABLES = 'test/price-list.test.ts';
const LONG = [
  'test/library.test.ts',
  'test/models/published.test.ts',
  'test/networks/blocks/experts.test.ts',
  'test/report/html/browser.test.ts',
  'test/worker/runtimes/webgpu.test.ts',
];
const LEFT_OUT = process.env.EDGEPROOF_TEST_LONG ? [] : LONG;
const RATES = 'test/worker/runtimes/ort/kernel-rates.test.ts';
const WATCHED = ['test/machine/**/*.test.ts', 'test/worker/*.test.ts', RATES];

const group = (name: string, include: string[], exclude: string[], maxWorkers: number, groupOrder: number) => ({
  extends: true as const,
  test: { name, include, exclude, maxWorkers, sequence: { groupOrder }, isolate: groupOrder > 0 },
});

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    slowTestThreshold: 5_000,
    projects: [
      group('rooms', ['test/**/*.test.ts'], [...MODELS, TABLES, ...WATCHED, ...LEFT_OUT], 2, 0),
      group('models', [...MODELS, TABLES], [RATES, ...LEFT_OUT], 2, 1),
      group('watched', WATCHED, [], 1, 2),
    ],
  },
});
