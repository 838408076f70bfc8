// Huge pages: a process that was started with the environment of a worker that asks for them has them, and one that was
// not is refused.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
function told(hugePages: boolean): string {
  const script = `const memory = Buffer.alloc(64 << 20, 1);
    const { usesHugePages } = await import('${MODULE}');
    try { console.log(usesHugePages(true), memory.length); } catch (error) { console.log(error.code, error.message); }`;
  const env = environmentOf({ runtime: 'onnxruntime', options: { hugePages } });
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }).trim();
}

const mode = modeOf();

const note = mode === 'madvise' ? '' : ` (skipped: the mode of this kernel is ${mode}, not madvise)`;

describe.runIf(mode === 'madvise')(`where the kernel gives huge pages to who asks${note}`, () => {
  it('a worker that asks has them', () => expect(told(true)).toBe(`true ${64 << 20}`));
  it('one that does not is told', () => expect(told(false)).toMatch(/^huge-pages-unavailable no huge pages here: /));
});
