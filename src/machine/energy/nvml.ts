// NVML, NVIDIA's management library, which comes with the driver: the energy that each GPU has used, in millijoules.
import koffi from 'koffi';
import { reasonOf } from '../../errors.js';

const NVML_LIBRARY = process.platform === 'win32' ? 'nvml.dll' : 'libnvidia-ml.so.1';

/** Returns a function that reads the counters of all GPUs. Throws where there is no driver, no GPU, or one without a counter. */
export function openNvml(path = NVML_LIBRARY): () => number[] {
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load(path);
  } catch (error) {
    throw new Error(`no NVIDIA driver: ${reasonOf(error).replace(/^Failed to load shared library: /, '')}`);
  }
  const message = library.func('const char *nvmlErrorString(int result)');
  const call = (name: string, signature: string) => {
    const native = library.func(`int ${name}(${signature})`);
    return (...parameters: unknown[]) => {
      const code = native(...parameters) as number;
      if (code !== 0) throw new Error(`${name}: ${message(code)}`);
    };
  };
  const count = call('nvmlDeviceGetCount_v2', '_Out_ unsigned int *count');
  const handle = call('nvmlDeviceGetHandleByIndex_v2', 'unsigned int index, _Out_ void **device');
  const energy = call('nvmlDeviceGetTotalEnergyConsumption', 'void *device, _Out_ uint64_t *millijoules');

  call('nvmlInit_v2', '')();
  const found = [0];
  count(found);
  if (found[0] === 0) throw new Error('NVML finds no GPU');
  const devices = Array.from({ length: found[0]! }, (_, index) => {
    const device = [null];
    handle(index, device);
    return device[0];
  });
  const read = () =>
    devices.map((device) => {
      const millijoules = [0];
      energy(device, millijoules);
      return Number(millijoules[0]);
    });
  read();
  return read;
}
