// Device memory: nvidia-smi's list of processes as it prints it, and the reason where nothing tells.
import { describe, expect, it } from 'vitest';
import { parseComputeApps, readDeviceMemory } from '../../src/machine/device-memory.js';

describe('parseComputeApps', () => {
  it('takes the MiB of the process, on all GPUs', () => {
    const listed = '4711, 512\n815, 100\n4711, 256\n';
    expect(parseComputeApps(listed, 4711)).toEqual({ usedBytes: 768 * 2 ** 20, method: 'nvidia-smi, used_gpu_memory' });
  });

  it.each(['', '815, 100\n', '4711, [N/A]\n'])('is unknown in %j, never 0', (listed) => {
    expect(parseComputeApps(listed, 4711)).toEqual({
      usedBytes: null,
      method: 'nvidia-smi does not list this process',
    });
  });
});

it.each(['webgpu', 'dml', 'coreml'])('%s: unknown, with a reason', (ep) => {
  expect(readDeviceMemory(ep, process.pid)).toEqual({
    usedBytes: null,
    method: expect.stringMatching(/memory$|holds$/),
  });
});
