// `npm run schema`: writes docs/schema/*.json from the zod schemas, for editors and for readers of JSON.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { deviceProfileSchema } from '../dist/contract/device-profile.js';
import { publishedSchema } from '../dist/contract/published.js';
import { resultSchema } from '../dist/contract/result.js';
import { suiteSchema } from '../dist/contract/suite.js';
import { useProfileSchema } from '../dist/contract/use-profile.js';
import { compareSchema, comparisonsSchema } from '../dist/contract/views/compare.js';
import { exportRowSchema } from '../dist/contract/views/export.js';
import { fitSchema } from '../dist/contract/views/fit.js';
import { historySchema } from '../dist/contract/views/history.js';
import { machineViewSchema } from '../dist/contract/views/machine.js';
import { memoryCasesSchema } from '../dist/contract/views/memory.js';
import { modelsInspectSchema } from '../dist/contract/views/models-inspect.js';
import { modelsListSchema } from '../dist/contract/views/models-list.js';
import { pairsSchema } from '../dist/contract/views/pairs.js';
import { regressSchema } from '../dist/contract/views/regress.js';
import { reportSchema } from '../dist/contract/views/report.js';
import { resultsSchema, verifySchema } from '../dist/contract/views/results.js';
import { scoreSchema } from '../dist/contract/views/score.js';
import { showSchema } from '../dist/contract/views/show.js';
import { tableSchema } from '../dist/contract/views/table.js';
import { pinsSchema, registrySchema } from '../dist/models/registry.js';

/** Files that people write: defaults may be left out. */
const INPUTS = {
  suite: suiteSchema,
  models: registrySchema,
  pins: pinsSchema,
  device: deviceProfileSchema,
  use: useProfileSchema,
  measurements: publishedSchema,
  result: resultSchema,
};
/** What commands print. */
const OUTPUTS = {
  show: showSchema,
  'show-table': tableSchema,
  report: reportSchema,
  memory: memoryCasesSchema,
  compare: compareSchema,
  'compare-several': comparisonsSchema,
  regress: regressSchema,
  history: historySchema,
  pairs: pairsSchema,
  results: resultsSchema,
  'results-verify': verifySchema,
  export: exportRowSchema,
  'models-list': modelsListSchema,
  'models-inspect': modelsInspectSchema,
  machine: machineViewSchema,
  fit: fitSchema,
  score: scoreSchema,
};

/** File name → content. @returns {Record<string, string>} */
export function schemaFiles() {
  const entries = [
    .../** @type {const} */ ([
      ['input', INPUTS],
      ['output', OUTPUTS],
    ]),
  ].flatMap(([io, schemas]) =>
    Object.entries(schemas).map(([name, schema]) => {
      const json = z.toJSONSchema(schema, { io, reused: io === 'output' ? 'ref' : 'inline' });
      return [`${name}.json`, `${JSON.stringify(json, null, 2)}\n`];
    }),
  );
  return Object.fromEntries(entries);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const directory = fileURLToPath(new URL('../docs/schema/', import.meta.url));
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(schemaFiles())) writeFileSync(directory + name, content);
}
