// What a reader of imported results should know: who measured them, and what is not among them. Pure.
import type { ShowView } from '../contract/views/show.js';
import { plural } from './format.js';

export function foreignNotes({ foreign, versions }: Pick<ShowView, 'foreign' | 'versions'>): string[] {
  if (foreign === null) return [];
  const tool = foreign.tool.replace('foreign-', '');
  const [first] = foreign.leftOut;
  const leftOut =
    first === undefined ? [] : [`Left out: ${plural(foreign.leftOut.length, 'test')} of the file (${first.reason}).`];
  return [
    `Foreign: measured by ${tool} ${versions[foreign.tool]}, imported from ${foreign.file.name}. Samples of a round share one process.`,
    `Not known, with reasons in -o json: ${Object.keys(foreign.unknown).join(', ')}.`,
    ...leftOut,
  ];
}
