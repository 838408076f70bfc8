// `results import`: what another benchmark measured, among the results here.
import { createHash } from 'node:crypto';
import type { Dtype } from '../contract/dtypes.js';
import { readBytes } from '../contract/json-file.js';
import type { ResultDocument } from '../contract/result.js';
import { readLlamaBench } from '../formats/llama-bench.js';
import { plural } from '../report/format.js';
import { describeTool } from '../run/provenance.js';
import { documentsOf } from '../store/import-llama-bench.js';
import { type Imported, storeImported } from '../store/imported.js';
import { print, say, sayPassedOver } from './terminal.js';

interface Options {
  results: string;
  machine?: string;
  model?: string;
  dtype?: Dtype;
}

/** Everything is read and checked before anything is stored. */
export function importResults(files: string[], { results, ...named }: Options): number {
  const { version } = describeTool();
  const documents = files.flatMap((path) => {
    const content = readBytes(path);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return documentsOf(readLlamaBench(path, content), { path, sha256, version, ...named });
  });
  for (const document of documents) {
    const stored = storeImported(results, document, sayPassedOver);
    for (const { entry, reason } of document.foreign!.leftOut)
      say(`left out: ${document.foreign!.file.name}, test ${entry + 1}: ${reason}`);
    say(sentence(document, stored));
    print(stored.path);
  }
  return 0;
}

function sentence({ foreign, cases, versions }: ResultDocument, { outcome }: Imported): string {
  const rounds = cases.reduce((sum, result) => sum + result.rounds.length, 0);
  const what = `${foreign!.file.name}: ${plural(cases.length, 'case')}, ${plural(rounds, 'round')} of llama-bench ${versions[foreign!.tool]}`;
  const kept = {
    stored: 'stored',
    'already there': 'already there, so nothing was stored',
    replaced: 'stored in place of an earlier state of the file',
  };
  return `${what}: ${kept[outcome]}`;
}
