// The walls of the house (CONTRIBUTING.md): which room may import which, and where native packages may be loaded.
// Checked by `npm run walls` and by test/architecture.test.ts.

/** In the order in which data flows: a room may import itself and the rooms above it. */
const ROOMS = [
  'contract',
  'formats',
  'networks',
  'hub',
  'models',
  'suite',
  'machine',
  'worker',
  'stats',
  'verdict',
  'store',
  'run',
  'report',
  'commands',
];
const PURE = ['contract', 'stats', 'verdict', 'report'];

const inside = (...rooms) => `^src/(${rooms.join('|')})/`;

const downward = ROOMS.slice(0, -1).map((room, place) => ({
  name: `${room} imports nothing below it`,
  severity: 'error',
  from: { path: inside(room) },
  to: { path: [inside(...ROOMS.slice(place + 1)), '^src/(cli|library)\\.ts$'] },
}));

export default {
  forbidden: [
    { name: 'no circles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    ...downward,
    {
      name: 'contract imports errors.ts and nothing else',
      severity: 'error',
      from: { path: inside('contract') },
      to: { path: '^src/', pathNot: ['^src/errors\\.ts$', inside('contract')] },
    },
    {
      name: 'errors.ts imports its catalogue and nothing else',
      severity: 'error',
      from: { path: '^src/(errors|problems)\\.ts$' },
      to: { path: '^src/', pathNot: '^src/problems\\.ts$' },
    },
    {
      name: 'problems.ts is read by errors.ts alone',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/errors\\.ts$' },
      to: { path: '^src/problems\\.ts$' },
    },
    {
      name: 'src/ stands alone',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|dist)/' },
    },
    {
      name: 'native packages are loaded in worker/runtimes/ only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/worker/runtimes/' },
      to: { path: 'node_modules/(onnxruntime-(node|common)|@huggingface/transformers|node-llama-cpp)/' },
    },
    {
      name: 'koffi calls the C library and drivers from two more files',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/worker/runtimes/', '^src/machine/(page-cache|energy/nvml)\\.ts$'] },
      to: { path: 'node_modules/koffi/' },
    },
    {
      name: 'workers are started through an executor',
      severity: 'error',
      from: { path: inside('stats', 'verdict', 'run', 'report', 'commands') },
      to: {
        path: inside('worker'),
        pathNot: ['^src/worker/(executor|local-executor|other-installation|other-onnxruntime)\\.ts$'],
      },
    },
    {
      name: 'stats, verdict and report know no worker',
      severity: 'error',
      from: { path: inside('stats', 'verdict', 'report') },
      to: { path: inside('worker') },
    },
    {
      name: 'pure rooms have no file system, clock or process',
      severity: 'error',
      from: { path: inside(...PURE), pathNot: '^src/contract/(json-file|directory|regular-file)\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(path|util|crypto)$' },
    },
  ],
  options: { parser: 'swc', tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
};
