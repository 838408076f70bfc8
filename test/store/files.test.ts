// Documents on disk: saved whole or not at all, and refused with words when they are not readable.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatDocument } from '../../src/contract/document-text.js';
import { readResult, requireWritable, reserveResult, resultPath, saveResult } from '../../src/store/files.js';
import { listResults } from '../../src/store/listing.js';
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

describe('reserveResult', () => {
  it('writes the document under the name that it should have', () => {
    const path = reserveResult(resultPath(folder, document()), document());
    expect(path).toBe(resultPath(folder, document()));
    expect(readResult(path)).toEqual(document());
    expect(readdirSync(dirname(path))).toEqual(['quick-20250101T120000Z.json']);
  });

  it('gives runs that start in one second a name each, and leaves what is there as it is', () => {
    const first = save();
    const other = documentOf([generateCase([])]);
    const paths = Array.from({ length: 11 }, () => reserveResult(resultPath(folder, other), other));
    expect(paths.map((path) => path.replace(first.replace(/\.json$/, ''), ''))).toEqual(
      Array.from({ length: 11 }, (_, i) => `-${i + 2}.json`),
    );
    expect(readResult(first)).toEqual(document());
    expect(listResults(folder)).toEqual([first, ...paths]);
  });

  it('keeps four processes that race for one name apart', async () => {
    const script = join(folder, 'race.mjs');
    const store = fileURLToPath(new URL('../../dist/store/files.js', import.meta.url));
    const text = join(folder, 'document.json');
    writeFileSync(text, formatDocument(document()));
    writeFileSync(
      script,
      `import { readResult, reserveResult, resultPath } from ${JSON.stringify(store)};
       const document = readResult(${JSON.stringify(text)});
       for (let i = 0; i < 20; i++) console.log(reserveResult(resultPath(${JSON.stringify(join(folder, 'race'))}, document), document));`,
    );
    const runs = await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, [script])));
    const paths = runs.flatMap(({ stdout }) => stdout.trim().split('\n'));
    expect(new Set(paths).size).toBe(80);
    expect(listResults(join(folder, 'race'))).toHaveLength(80);
  });

  it.each(['testbox-2c-8gb', ''])(
    'says what cannot be written: a file stands where a folder should be (%j)',
    (blocked) => {
      const root = join(folder, 'results');
      if (blocked === '') writeFileSync(root, 'a file');
      else {
        mkdirSync(root);
        writeFileSync(join(root, blocked), 'a file');
      }
      expect(thrownBy(() => reserveResult(resultPath(root, document()), document())).code).toBe('directory-unwritable');
    },
  );
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
