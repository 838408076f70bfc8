// Huge pages: a process that was started with the environment of a worker that asks for them has them, one that was not is
// refused, and what a kernel gives unasked is a share and no answer to the question.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hugePages, parseHugePagesShare } from '../../src/machine/own-memory.js';
import { environmentOf } from '../../src/worker/worker-process.js';

const MODULE = new URL('../../dist/machine/own-memory.js', import.meta.url).href;
const MODE = '/sys/kernel/mm/transparent_hugepage/enabled';

function modeOf(): string {
  try {
    return /\[(\w+)\]/.exec(readFileSync(MODE, 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return `none: there is no ${MODE}`;
  }
}

/** What a process says that has filled 64 MiB of memory and asks. */
function told(asked: boolean): string {
  const script = `const memory = Buffer.alloc(64 << 20, 1);
    const { hugePages } = await import('${MODULE}');
    try { const found = hugePages(true); console.log(found.hugePages, found.hugePagesShare > 0.3, memory.length); } catch (error) { console.log(error.code, error.message); }`;
  const env = environmentOf({ runtime: 'onnxruntime', options: { hugePages: asked } });
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }).trim();
}

const mode = modeOf();

const note = mode === 'madvise' ? '' : ` (skipped: the mode of this kernel is ${mode}, not madvise)`;

describe.runIf(mode === 'madvise')(`where the kernel gives huge pages to who asks${note}`, () => {
  it('a worker that asks has them', () => expect(told(true)).toBe(`true true ${64 << 20}`));
  it('one that does not is told', () => expect(told(false)).toMatch(/^huge-pages-unavailable no huge pages here: /));
});

it('the share is that of anonymous memory; one page that nobody asked for is no option', () => {
  const rollup = (huge: number) => `Anonymous:  819200 kB\nAnonHugePages:  ${huge} kB\n`;
  expect(parseHugePagesShare(rollup(2048))).toBe(0.003);
  expect(parseHugePagesShare(rollup(819_200))).toBe(1);
  expect(parseHugePagesShare(null)).toBeNull();
  expect(hugePages().hugePages).toBe(false);
});
