// Tests mirror src/, in three groups, one after the other. Those of pure rooms and those of verbs run two files at a time;
// those that watch memory and processor time of real workers run one by one. What takes longer than five seconds is named
// as slow.
import { defineConfig } from 'vitest/config';

const VERBS = ['test/{cli,library}.test.ts', 'test/commands/**/*.test.ts'];
const WORKERS = ['test/{machine,worker}/**/*.test.ts'];

const group = (name: string, include: string[], exclude: string[], maxWorkers: number, groupOrder: number) => ({
  extends: true as const,
  test: { name, include, exclude, maxWorkers, sequence: { groupOrder } },
});

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    slowTestThreshold: 5_000,
    projects: [
      group('rooms', ['test/**/*.test.ts'], [...VERBS, ...WORKERS], 2, 0),
      group('verbs', VERBS, [], 2, 1),
      group('workers', WORKERS, [], 1, 2),
    ],
  },
});
