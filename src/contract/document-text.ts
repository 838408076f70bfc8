// The text of a result document: readable diffs, small files. One iteration or ceiling per line, lists of numbers on one line.

const LINE_WIDTH = 120;

/** JSON with two-space indentation in which whatever fits on a line, and every iteration, takes one. */
export function formatDocument(document: unknown): string {
  return `${format(document, '', false)}\n`;
}

function format(value: unknown, indent: string, oneLine: boolean): string {
  const line = compact(value);
  if (oneLine || typeof value !== 'object' || value === null || indent.length + line.length <= LINE_WIDTH) return line;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const lines = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => {
      if (isList) return `${inner}${format(item, inner, isIteration(item))}`;
      return `${inner}${JSON.stringify(name)}: ${format(item, inner, isNumbers(item))}`;
    });
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function isIteration(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'tokenMs' in value || 'sampleMs' in value || 'passMs' in value || 'workingSetBytes' in value;
}

/** One line, with a space after each colon and comma as people write JSON. */
function compact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([name, item]) => `${JSON.stringify(name)}: ${compact(item)}`).join(', ')} }`;
}

/** Milliseconds rounded to a microsecond. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
