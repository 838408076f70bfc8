// The view of memory by phase. Pure.
import { okRounds, type ResultDocument } from '../contract/result.js';
import type { MemoryView } from '../contract/views/memory.js';
import { kvMemory, memoryByPhase, peakMoment } from './memory-anatomy.js';

export function memoryView({ suite, cases }: ResultDocument, path: string | null): MemoryView {
  return {
    suite: suite.content.name,
    path,
    methods: [...new Set(cases.flatMap((result) => okRounds(result).map(({ memory }) => memory.method)))],
    cases: cases.map((result) => {
      const phases = memoryByPhase(result);
      return { id: result.id, key: result.key, phases, peak: peakMoment(phases), kv: kvMemory(result) };
    }),
  };
}
