// Device profiles: those of benchmarks/devices/, and files of users.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DeviceProfile, deviceProfileSchema } from '../contract/device-profile.js';
import { readJsonFile } from '../contract/json-file.js';
import { idMeant, nearest } from '../contract/nearest.js';
import { type PublishedRow, publishedSchema } from '../contract/published.js';
import type { EmulatedDevice } from '../contract/result.js';
import { problem } from '../errors.js';

export const DEVICES = fileURLToPath(new URL('../../benchmarks/devices', import.meta.url));
const PUBLISHED = fileURLToPath(new URL('../../benchmarks/published/measurements.json', import.meta.url));

export function deviceIds(directory = DEVICES): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'))
    .sort();
}

/** By its id, a part of it that no other has (`pi-5-8gb`), or the path of a file. Throws profile-unknown with similar ids, or file-invalid. */
export function deviceProfile(name: string): DeviceProfile {
  if (name.endsWith('.json')) return readJsonFile(name, deviceProfileSchema);
  const ids = deviceIds();
  const found = idMeant(name, ids);
  if (found === null) throw problem('profile-unknown', { kind: 'device', name, known: nearest(name, ids) });
  return readDevice(found);
}

export function allDevices(): DeviceProfile[] {
  return deviceIds().map(readDevice);
}

function readDevice(id: string): DeviceProfile {
  const path = join(DEVICES, `${id}.json`);
  const profile = readJsonFile(path, deviceProfileSchema);
  if (profile.id === id) return profile;
  throw problem('file-invalid', { path, issues: [`id: "${profile.id}" must be the name of the file`] });
}

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
