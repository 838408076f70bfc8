// Documents on disk: saved whole or not at all, found by name, and refused with words when they are not readable.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatDocument } from '../../src/contract/document-text.js';
import {
  findResult,
  listResults,
  readResult,
  requireWritable,
  resultPath,
  saveResult,
} from '../../src/contract/result-store.js';
import { documentOf, type FakeDocument, generateCase, steadyRound } from '../fixtures/document.js';
import { thrownBy } from '../fixtures/thrown.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edgeproof-results-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const document = (options: FakeDocument = {}) => documentOf([generateCase([steadyRound(100, 10)])], options);

function save(options: FakeDocument = {}): string {
  const path = resultPath(folder, document(options));
  saveResult(path, document(options));
  return path;
}

describe('resultPath', () => {
  it('is the machine, the suite and the start', () => {
    expect(resultPath('results', document({ startedAt: '2025-11-22T05:45:12.345Z' }))).toBe(
      join('results', 'testbox-2c-8gb', 'quick-20251122T054512Z.json'),
    );
  });
});

describe('saveResult', () => {
  it('makes the folder, and what it writes is read back', () => {
    const path = save();
    expect(readResult(path)).toEqual(document());
    expect(readFileSync(path, 'utf8')).toBe(formatDocument(document()));
  });

  it('replaces what was there and leaves no partial file', () => {
    const path = save();
    const more = documentOf([generateCase([steadyRound(100, 10), steadyRound(200, 20)])]);
    saveResult(path, more);
    expect(readResult(path)).toEqual(more);
    expect(readdirSync(dirname(path))).toEqual(['quick-20250101T120000Z.json']);
  });

  it('leaves the old document as it was when the new one cannot be written', () => {
    const path = save();
    const broken = { ...document(), cases: [{ id: 1n }] } as never;
    expect(thrownBy(() => saveResult(path, broken)).code).toBe('directory-unwritable');
    expect(readResult(path)).toEqual(document());
    expect(readdirSync(dirname(path))).toHaveLength(1);
  });

  it.each([
    ['a file stands where the folder of the machine should be', 'testbox-2c-8gb'],
    ['a file stands where the results folder should be', ''],
  ])('says what cannot be written and what to do: %s', (_, blocked) => {
    const root = join(folder, 'results');
    if (blocked === '') writeFileSync(root, 'a file');
    else {
      mkdirSync(root);
      writeFileSync(join(root, blocked), 'a file');
    }
    const path = resultPath(root, document());
    const error = thrownBy(() => saveResult(path, document()));
    expect(error.code).toBe('directory-unwritable');
    expect(error.message).toContain(dirname(path));
    expect(error.message).toMatch(/ENOTDIR|EEXIST/);
    expect(error.hint).toContain('--results');
  });

  it('leaves no partial file where a folder has the name of the document', () => {
    const path = resultPath(folder, document());
    mkdirSync(path, { recursive: true });
    expect(thrownBy(() => saveResult(path, document())).code).toBe('directory-unwritable');
    expect(readdirSync(dirname(path))).toEqual(['quick-20250101T120000Z.json']);
  });
});

describe('requireWritable', () => {
  it('finds out before the run, and leaves nothing but the folder', () => {
    const path = resultPath(folder, document());
    requireWritable(path);
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('does not touch a document that is there', () => {
    const path = save();
    requireWritable(path);
    expect(readResult(path)).toEqual(document());
  });

  it('says what cannot be written', () => {
    writeFileSync(join(folder, 'testbox-2c-8gb'), 'a file');
    const error = thrownBy(() => requireWritable(resultPath(folder, document())));
    expect(error.code).toBe('directory-unwritable');
    expect(error.message).toContain(join(folder, 'testbox-2c-8gb'));
    expect(error.hint).toContain('--results');
  });
});

describe('readResult', () => {
  const write = (text: string) => {
    const path = join(folder, 'document.json');
    writeFileSync(path, text);
    return path;
  };
  const text = formatDocument(document());

  it('names a file that is not there', () => {
    const error = thrownBy(() => readResult(join(folder, 'none.json')));
    expect(error.code).toBe('file-unreadable');
    expect(error.message).toContain('none.json');
    expect(error.message).toContain('ENOENT');
  });

  it.each([0, 1, Math.floor(text.length / 2), text.length - 3])('refuses a file cut off after %i bytes', (length) => {
    const path = write(text.slice(0, length));
    const error = thrownBy(() => readResult(path));
    expect(error.code).toBe('json-broken');
    expect(error.message).toContain(path);
    expect(error.hint).toContain('cut off');
  });

  it('asks for an update where the file is from the future, whatever else is in it', () => {
    const error = thrownBy(() => readResult(write('{ "schemaVersion": 2, "samples": "elsewhere" }')));
    expect(error.code).toBe('result-newer');
    expect(error.message).toMatch(/schemaVersion 2.*up to 1/);
    expect(error.hint).toContain('update');
  });

  it.each(['null', '[]', '"text"', '1', '{}', '{ "schemaVersion": 0 }', '{ "schemaVersion": "1" }'])(
    'refuses %s, which is JSON but no document',
    (json) => {
      expect(thrownBy(() => readResult(write(json))).code).toBe('file-invalid');
    },
  );

  it.each([
    [
      (d: ReturnType<typeof document>) => Object.assign(d.cases[0]!.rounds[0]!, { index: '0' }),
      'cases[0].rounds[0].index',
    ],
    [(d: ReturnType<typeof document>) => Object.assign(d.machine, { memoryBytes: -1 }), 'machine.memoryBytes'],
    [(d: ReturnType<typeof document>) => Object.assign(d.cases[0]!.key, { dtype: 'q7' }), 'cases[0].key.dtype'],
    [(d: ReturnType<typeof document>) => Object.assign(d.tool, { mean: 5 }), 'tool'],
    [(d: ReturnType<typeof document>) => Object.assign(d, { versions: undefined }), 'versions'],
  ])('names the field that is wrong (%#)', (spoil, field) => {
    const spoilt = structuredClone(document());
    spoil(spoilt);
    const path = write(JSON.stringify(spoilt));
    const error = thrownBy(() => readResult(path));
    expect(error.code).toBe('file-invalid');
    expect(error.message).toContain(path);
    expect(error.message).toContain(`${field}: `);
  });
});

describe('listResults', () => {
  it('is empty where there is no folder', () => {
    expect(listResults(join(folder, 'none'))).toEqual([]);
  });

  it('orders by start over all machines and suites, the oldest first', () => {
    const third = save({ startedAt: '2025-03-01T00:00:00.000Z', machine: 'a-machine', suite: 'zebra' });
    const first = save({ startedAt: '2024-12-31T23:59:59.000Z', machine: 'z-machine', suite: 'quick' });
    const fourth = save({ startedAt: '2025-03-01T00:00:01.000Z', machine: 'm-machine', suite: 'a' });
    const second = save({ startedAt: '2025-01-01T00:00:00.000Z', machine: 'a-machine', suite: 'quick' });
    expect(listResults(folder)).toEqual([first, second, third, fourth]);
  });

  it('passes over what is no document: notes, partial files, loose files', () => {
    const path = save();
    writeFileSync(join(dirname(path), 'README.md'), 'notes');
    writeFileSync(`${path}.partial-123`, '{');
    writeFileSync(join(folder, 'loose.json'), '{}');
    expect(listResults(folder)).toEqual([path]);
  });

  it('passes over links that lead nowhere', () => {
    const path = save();
    symlinkSync(join(folder, 'gone'), join(folder, 'old-machine'));
    expect(listResults(folder)).toEqual([path]);
  });

  it('passes over folders and documents that are circles of links, and says so', () => {
    const path = save();
    symlinkSync('circle', join(folder, 'circle'));
    symlinkSync('quick-20990101T000000Z.json', join(dirname(path), 'quick-20990101T000000Z.json'));
    const heard: string[] = [];
    expect(listResults(folder, ({ message }) => heard.push(message))).toEqual([path]);
    expect(findResult(folder, 'latest')).toBe(path);
    expect(heard).toEqual([
      expect.stringMatching(/circle: cannot be read: ELOOP/),
      expect.stringMatching(/quick-20990101T000000Z\.json: cannot be read: it is not a file/),
    ]);
  });

  it('says so where results is a file', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    const error = thrownBy(() => listResults(path));
    expect(error.code).toBe('file-unreadable');
    expect(error.message).toContain(path);
  });
});

describe('findResult', () => {
  it('finds by path, by latest and previous, and by part of the file name the newest', () => {
    const old = save({ startedAt: '2025-01-01T00:00:00.000Z', machine: 'b', suite: 'quick' });
    const middle = save({ startedAt: '2025-01-02T00:00:00.000Z', machine: 'a', suite: 'quick' });
    const newest = save({ startedAt: '2025-01-03T00:00:00.000Z', machine: 'a', suite: 'edge' });
    expect(findResult(folder, old)).toBe(old);
    expect(findResult(folder, 'latest')).toBe(newest);
    expect(findResult(folder, 'previous')).toBe(middle);
    expect(findResult(folder, 'quick')).toBe(middle);
    expect(findResult(folder, '20250101')).toBe(old);
    expect(findResult(folder, 'edge-20250103T000000Z.json')).toBe(newest);
  });

  it('takes as previous the one before of the same suite', () => {
    const first = save({ startedAt: '2025-01-01T00:00:00.000Z', machine: 'a', suite: 'quick' });
    save({ startedAt: '2025-01-02T00:00:00.000Z', machine: 'a', suite: 'edge' });
    save({ startedAt: '2025-01-03T00:00:00.000Z', machine: 'a', suite: 'quick' });
    expect(findResult(folder, 'previous')).toBe(first);
  });

  it('says that there is no file where a path is named', () => {
    expect(thrownBy(() => findResult(folder, 'no/such/file.json'))).toMatchObject({
      code: 'result-unknown',
      message: 'there is no file no/such/file.json',
    });
  });

  it.each(['unknown', 'latest', 'previous'])('says what to do where there is no %s', (name) => {
    if (name === 'previous') save();
    const error = thrownBy(() => findResult(folder, name));
    expect(error.code).toBe('result-unknown');
    expect(error.message).toContain(name);
    expect(error.message).toContain(folder);
    expect(error.hint).toContain('latest');
  });

  it.each(['x'.repeat(300), `./${'x'.repeat(300)}`, 'a\0b'])(
    'knows no result of a name that no file can have',
    (name) => {
      expect(thrownBy(() => findResult(folder, name)).code).toBe('result-unknown');
    },
  );

  it('does not take a folder for a document', () => {
    save();
    expect(thrownBy(() => findResult(folder, folder)).code).toBe('result-unknown');
  });
});
