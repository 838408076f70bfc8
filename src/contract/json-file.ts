// JSON files at the edge: read, parsed and validated with zod, every complaint naming the file and the field.
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { problem, reasonOf } from '../errors.js';

/** The validated content; throws file-unreadable, json-broken or file-invalid. */
export function readJsonFile<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  return validate(path, readJson(path), schema);
}

export function readJson(path: string): unknown {
  let text: string;
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
  const issues = parsed.error.issues.map((issue) => `${fieldPath(issue.path) || '(file)'}: ${inWords(issue.message)}`);
  throw problem('file-invalid', { path, issues, ...(hint === undefined ? {} : { hint }) }, parsed.error);
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
