// Entry of a worker that answers one question (ask.ts): the question comes on stdin, the answer goes to fd 3 as JSON. Rounds
// have an entry of their own (child.ts).
import { readFileSync, writeSync } from 'node:fs';
import { failureOf } from '../errors.js';
import { productProbe } from '../machine/ceilings/product-probe.js';
import { readProbe } from '../machine/ceilings/read-probe.js';
import { evictFiles } from '../machine/page-cache.js';
import { answerPrompt } from './prompt-answer.js';
import { type Answer, type KernelRatesQuestion, MESSAGE_FD, type Question } from './protocol.js';
import { longestPass } from './runtimes/ort/attention.js';
import { findFidelity } from './runtimes/ort/fidelity.js';
import { kernelRates } from './runtimes/ort/kernel-rates.js';
import { loadOrtLibrary } from './runtimes/ort/library.js';
import { findPlacement } from './runtimes/ort/placement.js';
import { probe } from './runtimes/ort/probe.js';
import { chooseOrtPackage } from './runtimes/ort/shipped-library.js';
import { storageRate } from './storage.js';

const probes = (question: KernelRatesQuestion) => [...readProbe(question), ...productProbe(question)];

async function answer(question: Question): Promise<Answer> {
  if (question.ortPackage !== undefined) chooseOrtPackage(question.ortPackage);
  if (question.about === 'storage') return { ceilings: [storageRate(question.path)] };
  if (question.about === 'parity') return { prompt: await answerPrompt(question) };
  if (question.about === 'eviction') return { pageCache: evictFiles(question.files) };
  probe(question.ep);
  switch (question.about) {
    case 'probe':
      return { works: true, longestPass: longestPass(loadOrtLibrary(), question.ep) };
    case 'placement':
      return { placement: await findPlacement(question) };
    case 'ceilings':
      return { ceilings: [...kernelRates(question), ...(question.ep === 'cpu' ? probes(question) : [])] };
    case 'fidelity':
      return findFidelity(question);
  }
}

// Ctrl-C reaches the whole process group; the parent decides what happens to its worker.
process.on('SIGINT', () => {});

const question = JSON.parse(readFileSync(0, 'utf8')) as Question;
const said = await answer(question).catch((error: unknown): Answer => ({ failure: failureOf(error) }));
writeSync(MESSAGE_FD, JSON.stringify(said));
// Native thread pools may outlive the work.
process.exit(0);
