// Device profiles: those of benchmarks/devices/, and files of users; and what others have published for such devices.
import { fileURLToPath } from 'node:url';
import { type DeviceProfile, deviceProfileSchema } from '../contract/device-profile.js';
import { readJsonFile } from '../contract/json-file.js';
import { type PublishedRow, publishedSchema } from '../contract/published.js';
import type { EmulatedDevice } from '../contract/result.js';
import { profilesOf } from './profiles.js';

export const DEVICES = profilesOf({ kind: 'device', folder: 'devices', schema: deviceProfileSchema });

const PUBLISHED = fileURLToPath(new URL('../../benchmarks/published/measurements.json', import.meta.url));

/** What a result tells of a device that its cases were run as. */
export function emulated({ id, name, ...profile }: DeviceProfile): EmulatedDevice {
  const { int8, fp32 } = profile.matrixOperationsPerSecond;
  return {
    id,
    name,
    cores: coresOf(profile),
    memoryBytes: profile.appMemoryBytes.value,
    bytesPerSecond: profile.memoryBandwidthBytesPerSecond.specified.value,
    operationsPerSecond: { int8: int8.value, fp32: fp32.value },
  };
}

export function coresOf({ cpu }: Pick<DeviceProfile, 'cpu'>): number {
  return cpu.clusters.reduce((sum, { cores }) => sum + cores, 0);
}

export function publishedRows(): PublishedRow[] {
  return readJsonFile(PUBLISHED, publishedSchema).rows;
}
