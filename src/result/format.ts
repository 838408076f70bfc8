// The text of a result document: readable diffs, small files. One iteration per line, lists of numbers on one line.

/** JSON with two-space indentation in which `iterations` and scalar lists take one line each. */
export function formatDocument(document: unknown): string {
  return `${format(document, '', null)}\n`;
}

function format(value: unknown, indent: string, key: string | null): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0 || value.every((item) => typeof item !== 'object' || item === null)) return compact(value);
    const lines = value.map(
      (item) => inner + (key === 'iterations' || key === 'files' ? compact(item) : format(item, inner, null)),
    );
    return `[\n${lines.join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([name, item]) => `${inner}${JSON.stringify(name)}: ${format(item, inner, name)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** One line, with a space after each colon and comma as people write JSON. */
function compact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}: ${compact(item)}`)
    .join(', ')} }`;
}

/** Milliseconds rounded to a microsecond. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
