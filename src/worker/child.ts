// Entry of the worker process that runs one round.
import { importRuntime } from './runtimes/runtime.js';
import { serveRound } from './serve-round.js';

await serveRound(importRuntime);
