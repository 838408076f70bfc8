// What llama-bench prints with `-o json` or `-o jsonl`, and the builds and forks that share its fields. Fields that no
// figure needs are kept as they are: they are the settings of a test.
import { z } from 'zod';
import { BOUNDS } from '../contract/bounds.js';
import { parseJson, validate } from '../contract/json-file.js';
import { wholeNumber } from '../contract/whole-number.js';
import { problem } from '../errors.js';

const HINT = 'expected what `llama-bench -o json` or `-o jsonl` prints, unchanged';

const count = ({ most }: { most: number }) => z.int().min(0).max(most);
const nanoseconds = z.number().min(1).max(Number.MAX_SAFE_INTEGER);

/** What the file itself would have to say twice: a difference means that it was edited. */
const SAME = 1e-3;

const entrySchema = z
  .looseObject({
    build_commit: z.string().min(1),
    build_number: z.int().nonnegative().nullable().default(null),
    cpu_info: z.string().default(''),
    gpu_info: z.string().default(''),
    /** Older builds have a field for each backend instead. */
    backends: z.string().optional(),
    model_filename: z.string().min(1),
    model_type: z.string().min(1),
    model_size: z.int().positive(),
    model_n_params: z.int().positive(),
    n_threads: wholeNumber(BOUNDS.threads),
    n_prompt: count(BOUNDS.prompt),
    n_gen: count(BOUNDS.new),
    n_depth: count(BOUNDS.depth).default(0),
    /** The label of a test, which only ik_llama.cpp writes. */
    test: z.string().optional(),
    test_time: z.iso.datetime({ offset: true }),
    avg_ns: nanoseconds.optional(),
    stddev_ns: z.number().nonnegative().optional(),
    avg_ts: z.number().positive().optional(),
    stddev_ts: z.number().nonnegative().optional(),
    samples_ns: z.array(nanoseconds).min(1).max(BOUNDS.iterations.most).optional(),
    samples_ts: z.array(z.number().positive()).min(1).optional(),
  })
  .superRefine(({ n_prompt, n_gen, avg_ns, samples_ns }, context) => {
    const complain = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (n_prompt + n_gen === 0) complain('n_prompt', 'expected tokens of a prompt, or to generate');
    if (avg_ns === undefined && samples_ns === undefined) complain('samples_ns', 'missing, as is avg_ns');
    if (avg_ns === undefined || samples_ns === undefined) return;
    const mean = samples_ns.reduce((sum, ns) => sum + ns, 0) / samples_ns.length;
    if (Math.abs(mean - avg_ns) > SAME * mean)
      complain('avg_ns', `expected ${Math.round(mean)}, the mean of samples_ns`);
  });

export type LlamaBenchEntry = z.output<typeof entrySchema>;

/** Throws json-broken or file-invalid. `path` names the content in errors. */
export function readLlamaBench(path: string, content: Buffer): LlamaBenchEntry[] {
  const text = content.toString('utf8');
  const entries = text.trimStart().startsWith('[') ? parseJson(path, content) : linesOf(path, text);
  return validate(path, entries, z.array(entrySchema).min(1), HINT);
}

/** `-o jsonl`: an object on each line, also where several runs were appended to one file. */
function linesOf(path: string, text: string): unknown[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    if (!line.trimStart().startsWith('{'))
      throw problem('file-invalid', { path, issues: [`line ${i + 1}: expected a JSON object`], hint: HINT });
    return [parseJson(`${path}, line ${i + 1}`, Buffer.from(line))];
  });
}

/** Facts of the machine, the build and the model, the lengths and the times; what else an entry has are settings. */
const NO_SETTINGS = new Set([
  ...Object.keys(entrySchema.shape).filter((name) => name !== 'backends' && name !== 'gpu_info'),
]);

/** In the order of the file. */
export function settingsOf(entry: LlamaBenchEntry): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(entry).flatMap(([name, value]) => {
      if (NO_SETTINGS.has(name) || value === '') return [];
      return [[name, typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean | null)]];
    }),
  );
}
