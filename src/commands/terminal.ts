// What commands print and where: results to stdout, progress and warnings to stderr, colours only on a terminal.
import pc from 'picocolors';
import type { Page } from '../report/page.js';
import { OUTPUT_FORMATS, type OutputFormat, render } from '../report/render.js';
import { describeEvents } from '../report/run-events.js';
import { PLAIN, type Style } from '../report/table.js';
import type { RunEvent } from '../run/events.js';
import { known } from './cli-options.js';

export function printPage(page: Page, format: OutputFormat): void {
  process.stdout.write(render(page, format, styleOf(process.stdout), process.stdout.columns));
}

function styleOf(stream: NodeJS.WriteStream): Style {
  if (!stream.isTTY || process.env.NO_COLOR) return PLAIN;
  const colours = pc.createColors(true);
  return { strong: colours.bold, faint: colours.dim };
}

export function outputFormat(text: string): OutputFormat {
  return known(text, OUTPUT_FORMATS, `--output ${text}: unknown format`, 'one of');
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export interface Progress {
  /** Replaces the present line on a terminal; elsewhere only `final` lines are printed. */
  show(line: string, final?: boolean): void;
  clear(): void;
}

const REDRAW_MS = 100;

/** A progress line on stderr: redrawn in place on a terminal, plain lines when piped. */
export function createProgress(): Progress {
  let drawn = 0;
  const isTerminal = process.stderr.isTTY === true;
  const width = () => (process.stderr.columns || 80) - 1;
  return {
    show(line, final = false) {
      if (!isTerminal) {
        if (final) say(line);
        return;
      }
      if (!final && performance.now() - drawn < REDRAW_MS) return;
      drawn = performance.now();
      process.stderr.write(`\r\x1b[2K${[...line].slice(0, width()).join('')}`);
    },
    clear() {
      if (isTerminal) process.stderr.write('\r\x1b[2K');
    },
  };
}

/** Shows the events of a run: notes stay, steps take each other's place, and `end` takes the last one off the terminal. */
export function reportEvents() {
  const progress = createProgress();
  const lineOf = describeEvents();
  return {
    onEvent(event: RunEvent) {
      const line = lineOf(event);
      if (line === null) return;
      if (line.kind !== 'note') return progress.show(line.text, line.kind === 'step');
      progress.clear();
      say(line.text);
    },
    end: progress.clear,
  };
}
