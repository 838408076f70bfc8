// The life of a worker that runs one round: a job on stdin, messages on fd 3, then the end. Workers are the only
// processes that run models.
import { readFileSync, writeSync } from 'node:fs';
import type { RuntimeName } from '../contract/runtimes.js';
import { failureOf } from '../errors.js';
import { readDeviceMemory } from '../machine/device-memory.js';
import { measureMicro } from './micro.js';
import { measureGenerate, measureSustained, memoryAfter } from './pass.js';
import { type Job, MESSAGE_FD, type Message } from './protocol.js';
import { chooseOrtPackage } from './runtimes/ort/shipped-library.js';
import { type Open, openOptions } from './runtimes/runtime.js';

/** Never returns: the process ends with the round. */
export async function serveRound(importRuntime: (name: RuntimeName) => Promise<Open>): Promise<never> {
  // Ctrl-C reaches the whole process group; the parent decides what happens to its worker.
  process.on('SIGINT', () => {});
  try {
    const job = JSON.parse(readFileSync(0, 'utf8')) as Job;
    if (job.ortPackage !== undefined) chooseOrtPackage(job.ortPackage);
    await runJob(job, await importRuntime(job.key.runtime));
    sendCosts(job);
  } catch (error) {
    send({ type: 'failed', failure: failureOf(error) });
  }
  // Native thread pools may outlive the work; the measurement is over.
  process.exit(0);
}

async function runJob(job: Job, open: Open): Promise<void> {
  const { workload } = job.key;
  send(memoryAfter('start'));
  send({ type: 'phase', phase: 'load' });
  if (workload.kind === 'micro') return measureMicro({ job, workload, open, send });
  const runtime = await open(openOptions(job));
  const options = { ...runtime.options, v8Flags: process.execArgv.join(' ') };
  send({ type: 'loaded', options, loadMs: runtime.loadMs });
  const context = { job, workload, runtime, send };
  if (workload.kind === 'sustained') await measureSustained(context, workload.seconds);
  else await measureGenerate(context);
}

function sendCosts({ key: { ep } }: Job): void {
  const { maxRSS, userCPUTime, systemCPUTime, majorPageFault } = process.resourceUsage();
  send({
    type: 'done',
    maxRssBytes: maxRSS * 1024,
    usage: { cpuMs: (userCPUTime + systemCPUTime) / 1000, majorFaults: majorPageFault },
    ...(ep === 'cpu' ? {} : { device: readDeviceMemory(ep, process.pid) }),
  });
}

/** Synchronous, so that a message is out before the runtime blocks the thread. */
function send(message: Message): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(MESSAGE_FD, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
