// The process that reads NVML, against a library that answers as NVIDIA's does: compiled here, since no GPU is needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Meter, unmetered } from '../../../src/machine/energy/meter.js';
import { openNvidia } from '../../../src/machine/energy/nvidia.js';

const ENTRY = fileURLToPath(new URL('../../../dist/machine/energy/nvml-process.js', import.meta.url));
const hasCompiler = spawnSync('cc', ['--version']).status === 0;

// Signatures of nvml.h. The GPU uses 100 W, a second one 50 W; `LIMIT` calls later the second one is lost.
const source = (count: number, limit: number) => `
#include <stdint.h>
#include <time.h>
typedef struct { int index; } *nvmlDevice_t;
static int devices[2] = {0, 1}, started, calls;
int nvmlInit_v2(void) { started = 1; return 0; }
const char *nvmlErrorString(int result) { return result == 15 ? "GPU is lost" : "Uninitialized"; }
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = ${count}; return started ? 0 : 1; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device) { *device = (nvmlDevice_t)&devices[index]; return 0; }
int nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, unsigned long long *energy) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double seconds = now.tv_sec + now.tv_nsec / 1e9;
  if (++calls > ${limit}) return 15;
  *energy = (1ULL << 40) + (unsigned long long)(seconds * (device->index == 0 ? 100000 : 50000));
  return 0;
}
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-nvml-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function library(name: string, count: number, limit = 1_000_000): string {
  const path = join(folder, `lib${name}.so`);
  writeFileSync(join(folder, `${name}.c`), source(count, limit));
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-o', path, join(folder, `${name}.c`)]);
  expect(status, String(stderr)).toBe(0);
  return path;
}

const open = (path: string) => openNvidia([process.execPath, ENTRY, path]);

describe.runIf(process.platform === 'linux' && hasCompiler && existsSync(ENTRY))('the meter of NVIDIA GPUs', () => {
  it('tells the energy of each GPU between two moments of our clock', async () => {
    const meter = (await open(library('two', 2))) as Meter;
    expect(meter).toMatchObject({ tier: 'counter', source: 'NVML: gpu-0, gpu-1' });
    const start = meter.read();
    await new Promise((resolve) => setTimeout(resolve, 250));
    const end = meter.read();
    await meter.known(end);
    const used = meter.usedBetween(start, end) as Record<string, number>;
    meter.close();
    const seconds = (end - start) / 1000;
    // Between two readings energy is taken to flow evenly, as it does here; a reading takes some microseconds.
    expect(used['gpu-0']! / seconds / 100).toBeCloseTo(1, 1);
    expect(used['gpu-1']! / seconds / 50).toBeCloseTo(1, 1);
  });

  it('says in words what is missing', async () => {
    expect(await open(join(folder, 'nowhere.so'))).toMatchObject({
      tier: 'unavailable',
      reason: expect.stringMatching(/^no NVIDIA driver: cannot open shared object file/),
    });
    expect(await open(library('none', 0))).toEqual(unmetered('NVML finds no GPU'));
  });

  it('says what became of a GPU that is lost while it is read', async () => {
    const meter = (await open(library('lost', 1, 3))) as Meter;
    await expect
      .poll(() => meter.usedBetween(meter.read(), meter.read()), { timeout: 5_000 })
      .toBe('nvmlDeviceGetTotalEnergyConsumption: GPU is lost');
  });
});
