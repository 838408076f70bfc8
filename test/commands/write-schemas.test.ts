// The JSON schemas in docs/schema are what the zod schemas say today; `npm run schema` rewrites them.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { schemaFiles } from '../../src/commands/write-schemas.js';

const directory = fileURLToPath(new URL('../../docs/schema/', import.meta.url));

it('docs/schema is current', () => {
  const files = schemaFiles();
  expect(readdirSync(directory).sort()).toEqual(Object.keys(files).sort());
  for (const [name, content] of Object.entries(files)) expect(readFileSync(directory + name, 'utf8')).toBe(content);
});

it('describes fields for editors', () => {
  const suite = JSON.parse(schemaFiles()['suite.json']!);
  expect(suite.properties.rounds.description).toContain('worker');
  expect(suite.required).toEqual(['name', 'models', 'workloads']);
});
