// JSON files at the edge: read, parsed and validated with zod, every complaint naming the file and the field.
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { problem, reasonOf } from '../errors.js';
import { statOf } from './directory.js';

const MOST_ISSUES = 10;

/** The validated content; throws file-unreadable, json-broken or file-invalid. */
export function readJsonFile<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  return validate(path, readJson(path), schema);
}

export function readJson(path: string): unknown {
  let text: string;
  // Reading a pipe that nobody writes to never ends.
  if (statOf(path)?.isFile() === false) throw problem('file-unreadable', { path, reason: 'it is not a file' });
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw problem('file-unreadable', { path, reason: reasonOf(error) }, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw problem('json-broken', { path, reason: reasonOf(error) }, error);
  }
}

export function validate<T extends z.ZodType>(path: string, value: unknown, schema: T, hint?: string): z.output<T> {
  // A command reads a document or two: compiling a parser for them takes longer than it saves.
  const parsed = schema.safeParse(value, { jitless: true });
  if (parsed.success) return parsed.data;
  const all = parsed.error.issues
    .map(inmost)
    .map(({ path, message }) => `${fieldPath(path) || '(file)'}: ${inWords(message)}`);
  const issues =
    all.length > MOST_ISSUES ? [...all.slice(0, MOST_ISSUES), `and ${all.length - MOST_ISSUES} more`] : all;
  throw problem('file-invalid', { path, issues, ...(hint === undefined ? {} : { hint }) }, parsed.error);
}

/** Of a value that may have several forms, the one fault of the form that it nearly has; else the issue as it is. */
function inmost(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'> {
  if (issue.code !== 'invalid_union') return issue;
  const [nearest, ...others] = issue.errors.filter((issues) => issues.length === 1).map(([only]) => inmost(only!));
  if (nearest === undefined || others.length > 0) return issue;
  return { path: [...issue.path, ...nearest.path], message: nearest.message };
}

/** `missing, expected string` for what zod calls an input of undefined. */
function inWords(message: string): string {
  return message.replace(/^Invalid input: expected (.+), received undefined$/, 'missing, expected $1');
}

function fieldPath(path: PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join('');
}
