// `npm run schema`: writes docs/schema/*.json from the zod schemas, for editors and for readers.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { resultSchema } from '../contract/result.js';
import { suiteSchema } from '../contract/suite.js';
import { registrySchema } from '../models/registry.js';

const SCHEMAS = { suite: suiteSchema, models: registrySchema, result: resultSchema };

/** File name → content. `input`: what a person may write, with defaults left out. */
export function schemaFiles(): Record<string, string> {
  const entries = Object.entries(SCHEMAS).map(([name, schema]) => {
    const json = z.toJSONSchema(schema, { io: 'input' });
    return [`${name}.json`, `${JSON.stringify(json, null, 2)}\n`];
  });
  return Object.fromEntries(entries);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = fileURLToPath(new URL('../../docs/schema/', import.meta.url));
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(schemaFiles())) writeFileSync(directory + name, content);
}
