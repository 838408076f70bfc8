// Entry of a worker that answers one question about this machine and measures nothing: the question on stdin,
// one line of JSON on fd 3. Asked by ask.ts; the other entry, child.ts, runs rounds.
import { readFileSync, writeSync } from 'node:fs';
import { failureOf } from '../errors.js';
import { findFidelity } from './fidelity.js';
import type { Answer, Question } from './protocol.js';
import { MESSAGE_FD } from './protocol.js';
import { findPlacement } from './runtimes/ort/placement.js';
import { probe } from './runtimes/ort/probe.js';

async function answer(question: Question): Promise<Answer> {
  probe(question.ep);
  switch (question.about) {
    case 'probe':
      return { works: true };
    case 'placement':
      return { placement: await findPlacement(question) };
    case 'fidelity':
      return findFidelity(question);
  }
}

// As in child.ts: the parent decides what Ctrl-C means.
process.on('SIGINT', () => {});

const question = JSON.parse(readFileSync(0, 'utf8')) as Question;
const said = await answer(question).catch((error: unknown): Answer => ({ failure: failureOf(error) }));
writeSync(MESSAGE_FD, JSON.stringify(said));
// Native thread pools may outlive the work.
process.exit(0);
