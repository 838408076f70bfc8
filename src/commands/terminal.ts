// What commands print and where: results to stdout, progress and warnings to stderr, colours only on a terminal.
import pc from 'picocolors';
import { type EdgeproofError, problem } from '../errors.js';
import type { Page } from '../report/page.js';
import { printable, printableLine } from '../report/printable.js';
import { fitParts, wholeSeconds } from '../report/progress.js';
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

/** Text of a report, which is printable already. */
export function printText(text: string): void {
  process.stdout.write(text);
}

/** A line of the answer, such as a path. */
export function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

export function say(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

const passedOver = new Set<string>();

/** Names a result that was not used, once. */
export function sayPassedOver({ message }: { message: string }): void {
  if (passedOver.has(message)) return;
  passedOver.add(message);
  say(`passed over: ${message}`);
}

/** For answers that another result must not stand in for: what cannot be read might be the one that is meant. */
export function refuseUnread(error: EdgeproofError): void {
  if (error.code === 'result-unread') throw error;
  if (error.code !== 'result-unmeasured') throw problem('result-unread', { reason: error.message }, error);
  sayPassedOver(error);
}

export interface Progress {
  /** Replaces the present line on a terminal; elsewhere only `final` lines are printed. */
  show(line: string, final?: boolean): void;
  /** A step that takes a while: on a terminal a line with a clock, redrawn once a second; elsewhere one line. */
  step(line: string, live?: (elapsedMs: number) => string[]): void;
  clear(): void;
}

const REDRAW_MS = 100;
/** Rare enough not to disturb what is measured meanwhile. */
const TICK_MS = 1000;

/** A progress line on stderr: redrawn in place on a terminal, plain lines when piped. */
export function createProgress(): Progress {
  let drawn: number | null = null;
  let clock: NodeJS.Timeout | undefined;
  const isTerminal = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  const draw = (parts: string[]) => {
    drawn = performance.now();
    process.stderr.write(`\r\x1b[2K${fitParts(parts.map(printableLine), (process.stderr.columns || 80) - 1)}`);
  };
  return {
    show(line, final = false) {
      clearInterval(clock);
      if (!isTerminal) {
        if (final) say(line);
        return;
      }
      if (final || performance.now() - (drawn ?? 0) >= REDRAW_MS) draw([line]);
    },
    step(line, live = (elapsedMs) => [line, wholeSeconds(elapsedMs)]) {
      clearInterval(clock);
      if (!isTerminal) return say(line);
      const started = performance.now();
      const tick = () => draw(live(performance.now() - started));
      tick();
      clock = setInterval(tick, TICK_MS).unref();
    },
    clear() {
      clearInterval(clock);
      if (drawn !== null) process.stderr.write('\r\x1b[2K');
      drawn = null;
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
      if (line.kind === 'step') return progress.step(line.text, line.live);
      if (line.kind === 'bytes') return progress.show(line.text);
      progress.clear();
      say(line.text);
    },
    end: progress.clear,
  };
}
