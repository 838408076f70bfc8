// How `regress` answers: a page, a JUnit file where one was asked for, and what GitHub Actions shows when it runs there.
import { appendFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createDirectory } from '../contract/directory.js';
import type { Gate } from '../contract/views/gate.js';
import { problem, reasonOf } from '../errors.js';
import { gatePage } from '../report/gate-page.js';
import { annotation, jobSummary } from '../report/github.js';
import { junit } from '../report/junit.js';
import type { Page } from '../report/page.js';
import { outputFormat, printPage, say } from './terminal.js';

export interface GateOptions {
  output: string;
  /** Path of a JUnit file to write. */
  junit?: string;
}

/** `whole`: the page of all figures. `why`: how the baseline was chosen. Returns the exit code. */
export function answerGate(gate: Gate, whole: Page, why: string | null, options: GateOptions): number {
  const page = gatePage(gate, whole, why);
  printPage(page, outputFormat(options.output));
  if (options.junit !== undefined) writeText(options.junit, junit(gate));
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = process.env;
  // The runner reads commands from both streams.
  if (GITHUB_ACTIONS === 'true') say(annotation(gate));
  if (GITHUB_STEP_SUMMARY) appendSummary(GITHUB_STEP_SUMMARY, jobSummary(page));
  return gate.exitCode;
}

function writeText(path: string, text: string): void {
  try {
    createDirectory(dirname(path));
    writeFileSync(path, text);
  } catch (error) {
    throw problem('file-unwritable', { path, reason: reasonOf(error) }, error);
  }
}

/** The answer stands without its summary. */
function appendSummary(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    say(`the summary of the job could not be written: ${reasonOf(error)}`);
  }
}
