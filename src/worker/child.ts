// Entry of the worker process: one job on stdin, messages on fd 3, then the end. The only process that runs models.
import { readFileSync, writeSync } from 'node:fs';
import { failureOf } from '../errors.js';
import { readDeviceMemory } from '../machine/device-memory.js';
import { measureGenerate } from './generate.js';
import { measureMicro } from './micro.js';
import { memoryAfter } from './phase-memory.js';
import { type Job, MESSAGE_FD, type Message } from './protocol.js';
import { openRuntime } from './runtimes/open.js';
import { studySlowdown } from './study-slowdown.js';
import { measureSustained } from './sustained.js';

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

// Ctrl-C reaches the whole process group; the parent decides what happens to its worker.
process.on('SIGINT', () => {});

try {
  const job = JSON.parse(readFileSync(0, 'utf8')) as Job;
  send(memoryAfter('start'));
  send({ type: 'phase', phase: 'load' });
  if (job.key.workload.kind === 'micro') await measureMicro(job, job.key.workload, send);
  else {
    const runtime = await openRuntime(job);
    const slowdown = studySlowdown();
    const study: Record<string, number> = slowdown === null ? {} : { studySlowdown: slowdown };
    send({
      type: 'loaded',
      options: { ...runtime.options, v8Flags: process.execArgv.join(' '), ...study },
      loadMs: runtime.loadMs,
    });
    const { workload } = job.key;
    const context = { job, workload, runtime, send, slowdown: slowdown ?? 1 };
    if (workload.kind === 'sustained') await measureSustained(context, workload.seconds);
    else await measureGenerate(context);
  }
  const { ep } = job.key;
  const { maxRSS, userCPUTime, systemCPUTime, majorPageFault } = process.resourceUsage();
  send({
    type: 'done',
    maxRssBytes: maxRSS * 1024,
    usage: { cpuMs: (userCPUTime + systemCPUTime) / 1000, majorFaults: majorPageFault },
    ...(ep === 'cpu' ? {} : { device: readDeviceMemory(ep, process.pid) }),
  });
} catch (error) {
  send({ type: 'failed', failure: failureOf(error) });
}
// Native thread pools may outlive the work; the measurement is over.
process.exit(0);
