// The message with the worker's own memory at the end of a phase. Never sent inside a timed region, because walking the page
// tables of a large model takes milliseconds.
import { readOwnMemory } from '../machine/own-memory.js';
import type { Message, Phase } from './protocol.js';

export function memoryAfter(phase: Phase): Message {
  return { type: 'memory', phase, peakRssBytes: process.resourceUsage().maxRSS * 1024, end: readOwnMemory() };
}
