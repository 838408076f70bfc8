// The JSON schemas in docs/schema are what the zod schemas say today; `npm run schema` rewrites them.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { schemaFiles } from '../../scripts/write-schemas.mjs';

const directory = fileURLToPath(new URL('../../docs/schema/', import.meta.url));

it('docs/schema is current', () => {
  const files = schemaFiles();
  expect(readdirSync(directory).sort()).toEqual(Object.keys(files).sort());
  for (const [name, content] of Object.entries(files)) expect(readFileSync(directory + name, 'utf8')).toBe(content);
});

it('describes fields for editors, and does not ask people for what has a default', () => {
  const suite = JSON.parse(schemaFiles()['suite.json']!);
  expect(suite.properties.rounds.description).toContain('worker');
  expect(suite.required).toEqual(['name', 'models', 'workloads']);
});

it('promises every field of what commands print', () => {
  const show = JSON.parse(schemaFiles()['show.json']!);
  expect(show.required).toEqual(Object.keys(show.properties));
  expect(show.additionalProperties).toBe(false);
});
