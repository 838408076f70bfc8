// Tests mirror src/. Those of pure rooms run two files at a time; those that run real models in real workers come after
// them, one file after the other.
import { defineConfig } from 'vitest/config';

const WORKERS = ['test/{cli,library}.test.ts', 'test/{commands,machine,worker}/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: WORKERS,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'workers', include: WORKERS, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
