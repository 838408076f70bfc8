// Profiles of one kind, a JSON file each in a folder of benchmarks/: found by their ids or by the path of a user's own file.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { readJsonFile } from '../contract/json-file.js';
import { idMeant, nearest } from '../contract/nearest.js';
import { problem } from '../errors.js';

interface Kind<S extends z.ZodType<{ id: string }>> {
  kind: 'device' | 'use';
  /** Below benchmarks/. */
  folder: string;
  schema: S;
}

export function profilesOf<S extends z.ZodType<{ id: string }>>({ kind, folder, schema }: Kind<S>) {
  const directory = fileURLToPath(new URL(`../../benchmarks/${folder}`, import.meta.url));
  const read = (id: string): z.output<S> => {
    const path = join(directory, `${id}.json`);
    const profile = readJsonFile(path, schema);
    if (profile.id === id) return profile;
    throw problem('file-invalid', { path, issues: [`id: "${profile.id}" must be the name of the file`] });
  };
  const ids = () =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => basename(name, '.json'))
      .sort();
  return {
    directory,
    ids,
    all: () => ids().map(read),
    /**
     * Finds one by its id, by a part of the id that no other has (`pi-5-8gb`), or by the path of a file. Throws
     * profile-unknown or file-invalid.
     */
    named(name: string): z.output<S> {
      if (name.endsWith('.json')) return readJsonFile(name, schema);
      const id = idMeant(name, ids());
      if (id === null) throw problem('profile-unknown', { kind, name, known: nearest(name, ids()) });
      return read(id);
    },
  };
}
