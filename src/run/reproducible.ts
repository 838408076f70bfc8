// Whether a stored result can be measured again by an installation that is here: only then do pairs of rounds compare what it
// was about. Pure.
import type { ResultDocument } from '../contract/result.js';
import { RUNTIME_NAMES } from '../contract/runtimes.js';
import { toolName } from '../stats/side-differences.js';

/** An installation of edgeproof on this machine. */
export interface Here {
  machine: string;
  tool: ResultDocument['tool'];
  versions: ResultDocument['versions'];
}

/** Why not, as the end of a sentence; null where it can. */
export function whyNotReproducible(side: string, document: ResultDocument, here: Here): string | null {
  const { machine, tool, versions, cases, foreign } = document;
  if (foreign !== undefined) return `the ${side} was imported from ${foreign.file.name}`;
  if (machine.id !== here.machine) return `the ${side} was measured on ${machine.id}, this is ${here.machine}`;
  const isOtherCommit = tool.commit !== null && here.tool.commit !== null && tool.commit !== here.tool.commit;
  if (tool.version !== here.tool.version || isOtherCommit)
    return `the ${side} was measured by edgeproof ${toolName(tool)}, not by ${toolName(here.tool)}`;
  const used = RUNTIME_NAMES.filter((name) => cases.some(({ key }) => key.runtime === name));
  const other = (['node', ...used] as const).find((name) => versions[name] !== here.versions[name]);
  return other === undefined
    ? null
    : `the ${side} was measured with ${other} ${versions[other]}, not with ${here.versions[other]}`;
}
