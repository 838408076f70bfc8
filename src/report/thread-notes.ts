// A line for each search for the number of threads, with what every number gave. Pure.
import type { ShowView } from '../contract/views/show.js';
import { median } from '../stats/summary.js';
import { number } from './format.js';

export function threadNotes({ threads }: Pick<ShowView, 'threads'>): string[] {
  return (threads?.searches ?? []).map(({ run, workload, tried, chosen, why }) => {
    const rates = (values: number[]) => (values.length === 0 ? 'failed' : number(median(values)));
    const each = tried.map((entry) => `${entry.threads}: ${rates(entry.prefillRate)} and ${rates(entry.decodeRate)}`);
    const asked = `pp${workload.prompt} tg${workload.new}, prefill and decode in tok/s`;
    return `Threads of ${run}: ${chosen}, ${why} (${asked}; ${each.join(' · ')}).`;
  });
}
