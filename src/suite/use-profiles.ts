// Use profiles: those of benchmarks/uses/, and files of users.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJsonFile } from '../contract/json-file.js';
import { idMeant, nearest } from '../contract/nearest.js';
import { type UseProfile, useProfileSchema } from '../contract/use-profile.js';
import { problem } from '../errors.js';

export const USES = fileURLToPath(new URL('../../benchmarks/uses', import.meta.url));

export function useIds(): string[] {
  return readdirSync(USES)
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'))
    .sort();
}

/** By its id, a part of it that no other has (`voice`), or the path of a file. Throws profile-unknown with similar ids, or file-invalid. */
export function useProfile(name: string): UseProfile {
  if (name.endsWith('.json')) return readJsonFile(name, useProfileSchema);
  const ids = useIds();
  const found = idMeant(name, ids);
  if (found === null) throw problem('profile-unknown', { kind: 'use', name, known: nearest(name, ids) });
  return readUse(found);
}

export function allUses(): UseProfile[] {
  return useIds().map(readUse);
}

function readUse(id: string): UseProfile {
  const path = join(USES, `${id}.json`);
  const profile = readJsonFile(path, useProfileSchema);
  if (profile.id === id) return profile;
  throw problem('file-invalid', { path, issues: [`id: "${profile.id}" must be the name of the file`] });
}
