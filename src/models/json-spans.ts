// Where things stand in a JSON text, so that one value can be replaced and every other byte kept (`models pin`).

export interface MemberSpan {
  name: string;
  nameStart: number;
  valueStart: number;
  valueEnd: number;
}

/** The members of the object at `path` in a text that JSON.parse accepts. */
export function memberSpans(text: string, path: (string | number)[]): MemberSpan[] {
  let at = skipSpace(text, 0);
  for (const step of path) {
    const found = children(text, at).find(({ name }) => name === String(step));
    if (found === undefined) throw new Error(`no ${path.join('.')} in this JSON`);
    at = found.valueStart;
  }
  return children(text, at);
}

/** Members of an object, or items of an array by their index. */
function children(text: string, start: number): MemberSpan[] {
  const isObject = text[start] === '{';
  const found: MemberSpan[] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== '}' && text[at] !== ']') {
    const nameStart = at;
    let name = String(found.length);
    if (isObject) {
      const nameEnd = valueEnd(text, at);
      name = JSON.parse(text.slice(at, nameEnd)) as string;
      at = skipSpace(text, skipSpace(text, nameEnd) + 1);
    }
    const end = valueEnd(text, at);
    found.push({ name, nameStart, valueStart: at, valueEnd: end });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return found;
}

function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') {
    let at = start + 1;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    return at + 1;
  }
  if (first === '{' || first === '[') {
    const inner = children(text, start);
    return skipSpace(text, inner.at(-1)?.valueEnd ?? start + 1) + 1;
  }
  const rest = /^[^\s,\]}]+/.exec(text.slice(start, start + 400));
  return start + (rest?.[0].length ?? 1);
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/\s/.test(text[at] ?? 'x')) at++;
  return at;
}
