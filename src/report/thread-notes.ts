// Lines on the number of threads: each search, with what every number gave. Pure.
import type { ResultDocument } from '../contract/result.js';
import { median } from '../stats/summary.js';
import { number } from './format.js';

export function threadNotes({ threads }: Pick<ResultDocument, 'threads'>): string[] {
  return (threads?.searches ?? []).map(({ run, workload, tried, chosen, why }) => {
    const rates = (values: number[]) => (values.length === 0 ? 'failed' : number(median(values)));
    const each = tried.map((entry) => `${entry.threads}: ${rates(entry.prefillRate)} and ${rates(entry.decodeRate)}`);
    const asked = `pp${workload.prompt} tg${workload.new}, prefill and decode in tok/s`;
    return `Threads of ${run}: ${chosen}, ${why} (${asked}; ${each.join(' · ')}).`;
  });
}
