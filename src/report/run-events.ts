// The events of a run as lines of text. Pure; commands/terminal.ts shows them.
import type { ResultDocument } from '../contract/result.js';
import type { RunEvent } from '../run/events.js';
import { duration, plural } from './format.js';
import { caseLabel, type Labels, labelsOf } from './labels.js';
import { limitWords } from './limit-notes.js';
import { sideWords } from './pairs-page.js';
import { byteProgress, liveRound, planLine, roundProgress, tookLine } from './progress.js';

interface EventLine {
  text: string;
  /**
   * note: is printed and stays. step: takes the place of the last step on a terminal, a line of its own elsewhere.
   * bytes: as a step, but on a terminal only, since there are many of them.
   */
  kind: 'note' | 'step' | 'bytes';
  /** What a terminal shows instead while the step runs, in parts: the most important first. */
  live?: (elapsedMs: number) => string[];
}

const note = (text: string): EventLine => ({ text, kind: 'note' });
const step = (text: string): EventLine => ({ text, kind: 'step' });

/** Returns the line of each event in turn, null for those that have none. */
export function describeEvents(): (event: RunEvent) => EventLine | null {
  let document: ResultDocument | undefined;
  let labels: Labels | undefined;
  let phase: Extract<RunEvent, { type: 'round-phase' }> | null = null;
  return (event) => {
    switch (event.type) {
      case 'begun':
        document = event.document;
        return null;
      case 'threads-chosen':
        return note(`threads=auto is ${event.threads}: ${event.why}`);
      case 'result-unreadable':
        return note(`passed over: ${event.message}`);
      case 'limits-held':
        return note(`${limitWords(event.limits)}: held by ${event.method}${caution(event.method)}`);
      case 'trying-threads':
        return step(`[${event.done + 1}/${event.total}] trying ${plural(event.threads, 'thread')}`);
      case 'measuring-ceilings':
        return step(`ceilings of this machine: ${event.ep}, ${plural(event.threads, 'thread')} · a few seconds`);
      case 'measuring-idle':
        return step(`energy (${event.source}): measuring the idle machine for ${duration(event.ms)}`);
      case 'planned':
        return note(planLine(event));
      case 'replanned':
        return note(`plan: about ${duration(event.ms)} in all, by the first round of each case`);
      case 'repeating':
        return note('some rounds were measured in condition C: their cases get more, five at most; all are kept');
      case 'round-started': {
        // Searching for threads changes the cases, so that labels are made late.
        labels ??= labelsOf(document?.cases ?? [event.result]);
        const round = { ...event, label: caseLabel(labels, event.result) };
        phase = null;
        return { ...step(roundProgress(round)), live: (elapsedMs) => liveRound(round, phase, elapsedMs) };
      }
      case 'pairs-begun': {
        const side = (name: 'baseline' | 'candidate') => [name, ...sideWords(event.differences, name)].join(' ');
        return note(
          `${event.pairs} pairs of each case, in the order A B, B A: A is the ${side('baseline')}, B the ${side('candidate')}`,
        );
      }
      case 'pair-round-started': {
        const { result, side, pair, done, total } = event;
        return step(`[${done + 1}/${total}] pair ${pair + 1}, ${side} · ${caseLabel(labelsOf([result]), result)}`);
      }
      case 'round-phase':
        phase = event;
        return null;
      case 'round-ended':
        return null;
      case 'rounds-ended':
        return note(tookLine(event.ms, event.plannedMs));
      case 'comparing-tokens':
        return step(`[${event.done + 1}/${event.total}] comparing tokens`);
      case 'answer-failed':
        return note(`${event.result.id}: its tokens are not compared: ${event.message}`);
      case 'verifying':
      case 'writing': {
        const { type, name, doneBytes, totalBytes, elapsedMs } = event;
        return { text: byteProgress(`${type} ${name}`, doneBytes, totalBytes, elapsedMs), kind: 'bytes' };
      }
      case 'written': {
        const wrote = byteProgress(`wrote synthetic ${event.name}`, event.bytes, event.bytes, event.elapsedMs);
        return note(event.fault === null ? wrote : `${event.name}: ${event.fault}; it was written anew\n${wrote}`);
      }
      case 'decoder-only':
        return note(`${event.name}: only the text decoder is written and measured, without encoders and speech`);
      case 'not-pinned':
        return note(
          `${event.name} is not pinned (commit ${event.revision.slice(0, 8)}): models.json does not vouch for these bytes`,
        );
      case 'not-expected-to-fit':
        return note(`${event.name} is not expected to fit: ${event.arithmetic}; measuring what happens`);
    }
  };
}

function caution(method: string): string {
  return method.includes('prlimit')
    ? '; without a control group, memory is what the worker may write, resident or not, and mapped files are free'
    : '';
}
