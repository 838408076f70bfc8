// Folders of repositories on disks that do not tell upper case from lower case.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { otherSpelling, requireOwnFolder } from '../../src/models/real.js';

const cache = mkdtempSync(join(tmpdir(), 'edgeproof-real-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

it('a folder that is here under another spelling only is that of another repository', () => {
  expect(otherSpelling(['Org--Name', 'org--other'], 'org--name')).toBe('Org--Name');
  expect(otherSpelling(['Org--Name', 'org--name'], 'org--name')).toBe(null);
  expect(otherSpelling(['org--other'], 'org--name')).toBe(null);
});

it('is told as such by the disk alone: names that it keeps apart may both be pulled', () => {
  mkdirSync(join(cache, 'real', 'Org--Name'), { recursive: true });
  const areOne = (() => {
    try {
      mkdirSync(join(cache, 'real', 'org--name'));
      return false;
    } catch {
      return true;
    }
  })();
  if (areOne) expect(() => requireOwnFolder(cache, 'org/name')).toThrow('Org/Name');
  else expect(() => requireOwnFolder(cache, 'org/name')).not.toThrow();
  expect(() => requireOwnFolder(cache, 'Org/Name')).not.toThrow();
});
