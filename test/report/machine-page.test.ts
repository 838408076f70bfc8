// What `machine` prints, to be read by eye.
import { describe, expect, it } from 'vitest';
import { PRODUCT_PROBES } from '../../src/contract/ceilings.js';
import { machineSchema } from '../../src/contract/machine.js';
import { type MachineView, machineViewSchema } from '../../src/contract/views/machine.js';
import { machinePage } from '../../src/report/machine-page.js';
import { ceilingsByThreads } from '../../src/stats/ceilings-by-threads.js';
import { ceilingOf } from '../fixtures/ceilings.js';
import { documentOf, generateCase, steadyRound } from '../fixtures/document.js';
import { asMarkdown, inTerminal } from '../fixtures/printed.js';

const read = (threads: number, rate: number) =>
  ceilingOf('read-bandwidth', rate, { threads, workingSetBytes: 2 ** 30 });
const product = (threads: number, rate: number, operator: string) =>
  ceilingOf('matmul-int8', rate, { threads, operator });
const CEILINGS = [
  read(1, 15.3),
  product(1, 198, 'MatMulNBits'),
  product(1, 1547, 'MatMulInteger'),
  read(2, 29),
  product(2, 3182, 'MatMulInteger'),
  product(1, 25, PRODUCT_PROBES.int8),
  product(2, 50, PRODUCT_PROBES.int8),
  ceilingOf('storage-read', 1, { ep: null, threads: null, value: null, method: 'not measured: no checkpoint is here' }),
];

const { machine, versions } = documentOf([generateCase([steadyRound(100, 10)])]);
const VIEW: MachineView = {
  ...machineSchema.parse(machine),
  clock: { resolutionNs: 41, overheadNs: 30 },
  automaticThreads: 2,
  automaticThreadsWhy: 'the physical cores that this process may use',
  energy: { energy: 'unavailable: the kernel lets only root read it; sudo chmod a+r /sys/class/powercap/*/energy_uj' },
  versions: { ...versions, node: 'v20.20.0', v8: '11.3' },
  executionProviders: [
    { ep: 'cpu', failure: null, longestPass: null },
    { ep: 'webgpu', failure: null, longestPass: 31 },
    {
      ep: 'cuda',
      failure: { code: 'ep-unavailable', message: 'cuda does not work here: no driver', hint: 'use another --ep' },
      longestPass: null,
    },
  ],
  ceilings: CEILINGS,
  ceilingsByThreads: ceilingsByThreads(CEILINGS),
  notInstalled: [
    { runtime: 'llama.cpp', command: 'npm install --prefix "/home/me/.cache/edgeproof" a-long-package-name@3.22.1' },
  ],
};

describe('a machine', () => {
  it('in 140 columns', () =>
    expect(inTerminal(machinePage(VIEW), 140)).toMatchInlineSnapshot(`
      "
      fact                                     value
      id                                       testbox-2c-8gb
      processor                                Test CPU
      architecture                             x64
      instruction sets                         avx2
      cores                                    2 physical, 2 logical, 2 usable by this process
      threads=auto                             2: the physical cores that this process may use
      memory                                   8.59 GB
      system                                   Linux 6
      clock                                    steps of 41 ns, 30 ns a reading
      energy                                   unavailable: the kernel lets only root read it; sudo chmod a+r /sys/class/powercap/*/energy_uj
      node                                     v20.20.0
      onnxruntime                              1.30.0
      transformers.js                          4.3.1
      llama.cpp                                not installed (optional)
      ep cpu                                   works
      ep webgpu                                works, prompts in passes of 31 tokens: over longer ones its attention is wrong (docs/runtimes.md)
      ep cuda                                  no: no driver; use another --ep
      read bandwidth cpu over 1.07 GB          1 thread: 15.3 GB/s · 2 threads: 29.0 GB/s (1.9 ×)
      matrix products cpu int8                 1 thread: 1,547 Gop/s by MatMulInteger · 2 threads: 3,182 Gop/s (2.1 ×)
      matrix products cpu int8, at the least   1 thread: 25.0 Gop/s by WebAssembly i32x4.dot_i16x8_s · 2 threads: 50.0 Gop/s (2.0 ×)
      storage read                             not measured: no checkpoint is here

      Results of this machine go to results/testbox-2c-8gb/; choose another name with --machine.
      To get llama.cpp:
      $ npm install --prefix "/home/me/.cache/edgeproof" a-long-package-name@3.22.1
      "
    `));

  it('in 80 columns, its commands in one piece', () =>
    expect(inTerminal(machinePage(VIEW), 80)).toMatchInlineSnapshot(`
      "
      fact                                    value
      id                                      testbox-2c-8gb
      processor                               Test CPU
      architecture                            x64
      instruction sets                        avx2
      cores                                   2 physical, 2 logical, 2 usable by this
                                              process
      threads=auto                            2: the physical cores that this process
                                              may use
      memory                                  8.59 GB
      system                                  Linux 6
      clock                                   steps of 41 ns, 30 ns a reading
      energy                                  unavailable: the kernel lets only root
                                              read it; sudo chmod a+r
                                              /sys/class/powercap/*/energy_uj
      node                                    v20.20.0
      onnxruntime                             1.30.0
      transformers.js                         4.3.1
      llama.cpp                               not installed (optional)
      ep cpu                                  works
      ep webgpu                               works, prompts in passes of 31 tokens:
                                              over longer ones its attention is wrong
                                              (docs/runtimes.md)
      ep cuda                                 no: no driver; use another --ep
      read bandwidth cpu over 1.07 GB         1 thread: 15.3 GB/s · 2 threads: 29.0
                                              GB/s (1.9 ×)
      matrix products cpu int8                1 thread: 1,547 Gop/s by MatMulInteger ·
                                              2 threads: 3,182 Gop/s (2.1 ×)
      matrix products cpu int8, at the least  1 thread: 25.0 Gop/s by WebAssembly
                                              i32x4.dot_i16x8_s · 2 threads: 50.0
                                              Gop/s (2.0 ×)
      storage read                            not measured: no checkpoint is here

      Results of this machine go to results/testbox-2c-8gb/; choose another name with
        --machine.
      To get llama.cpp:
      $ npm install --prefix "/home/me/.cache/edgeproof" a-long-package-name@3.22.1
      "
    `));

  it('as Markdown', () =>
    expect(asMarkdown(machinePage(VIEW))).toMatchInlineSnapshot(`
      "
      | fact | value |
      | --- | --- |
      | id | testbox-2c-8gb |
      | processor | Test CPU |
      | architecture | x64 |
      | instruction sets | avx2 |
      | cores | 2 physical, 2 logical, 2 usable by this process |
      | threads=auto | 2: the physical cores that this process may use |
      | memory | 8.59 GB |
      | system | Linux 6 |
      | clock | steps of 41 ns, 30 ns a reading |
      | energy | unavailable: the kernel lets only root read it; sudo chmod a+r /sys/class/powercap/*/energy_uj |
      | node | v20.20.0 |
      | onnxruntime | 1.30.0 |
      | transformers.js | 4.3.1 |
      | llama.cpp | not installed (optional) |
      | ep cpu | works |
      | ep webgpu | works, prompts in passes of 31 tokens: over longer ones its attention is wrong (docs/runtimes.md) |
      | ep cuda | no: no driver; use another --ep |
      | read bandwidth cpu over 1.07 GB | 1 thread: 15.3 GB/s · 2 threads: 29.0 GB/s (1.9 ×) |
      | matrix products cpu int8 | 1 thread: 1,547 Gop/s by MatMulInteger · 2 threads: 3,182 Gop/s (2.1 ×) |
      | matrix products cpu int8, at the least | 1 thread: 25.0 Gop/s by WebAssembly i32x4.dot_i16x8_s · 2 threads: 50.0 Gop/s (2.0 ×) |
      | storage read | not measured: no checkpoint is here |

      - Results of this machine go to results/testbox-2c-8gb/; choose another name with --machine.
      - To get llama.cpp:
        $ npm install --prefix "/home/me/.cache/edgeproof" a-long-package-name@3.22.1
      "
    `));

  it('is JSON as docs/schema/machine.json says', () =>
    expect(machineViewSchema.parse(JSON.parse(JSON.stringify(machinePage(VIEW).json)))).toEqual(VIEW));
});
