// What GitHub Actions shows of a gate: one annotation, and a summary of the job. Pure.
// Format: docs.github.com/actions/reference/workflows-and-actions/workflow-commands.
import type { Gate } from '../contract/views/gate.js';
import { verdictOf } from './gate-page.js';
import type { Page } from './page.js';
import { printableLine } from './printable.js';
import { render } from './render.js';
import { PLAIN } from './table.js';

/** GitHub drops a longer summary as a whole. */
const MOST_SUMMARY_BYTES = 1_000_000;

const LEVELS = { 0: 'notice', 1: 'error', 2: 'warning' } as const;

/** One line for all findings: GitHub shows ten annotations of a step at most. */
export function annotation(gate: Gate): string {
  const title = property(`edgeproof: ${gate.suite} on ${gate.machine}`);
  return `::${LEVELS[gate.exitCode]} title=${title}::${data(printableLine(verdictOf(gate)))}`;
}

export function jobSummary(page: Page): string {
  const [verdict = '', ...heading] = page.heading;
  const text = `### ${verdict}\n\n${render({ ...page, heading }, 'md', PLAIN)}\n`;
  if (Buffer.byteLength(text) <= MOST_SUMMARY_BYTES) return text;
  return `### ${verdict}\n\nThe table is too long for a summary: edgeproof compare shows it.\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(printableLine(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
