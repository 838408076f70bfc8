// JSON files at the edge: bounded, read, parsed and validated with zod, every complaint naming the file and the field.
import { closeSync, fstatSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { problem, reasonOf } from '../errors.js';
import { FILE_BOUNDS } from './file-bounds.js';
import { openRegularFile } from './regular-file.js';

/** The validated content; throws file-unreadable, json-broken or file-invalid. */
export function readJsonFile<T extends z.ZodType>(path: string, schema: T): z.output<T> {
  return validate(path, readJson(path), schema);
}

export function readJson(path: string): unknown {
  return parseJson(path, readBytes(path));
}

/** The content of `bytes`, which `path` names in errors: json-broken, or file-invalid beyond a bound. */
export function parseJson(path: string, bytes: Buffer): unknown {
  if (bytes.length > FILE_BOUNDS.jsonBytes)
    throw tooLarge(path, `${bytes.length} bytes; at most ${FILE_BOUNDS.jsonBytes} are read`);
  const excess = excessOf(bytes);
  if (excess !== null) throw tooLarge(path, excess);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw problem('json-broken', { path, reason: reasonOf(error) }, error);
  }
}

/** The bytes of a file of text, if it is no larger than a document may be. */
export function readBytes(path: string): Buffer {
  const file = openRegularFile(path);
  try {
    const { size } = fstatSync(file);
    if (size > FILE_BOUNDS.jsonBytes) throw tooLarge(path, `${size} bytes; at most ${FILE_BOUNDS.jsonBytes} are read`);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'errno' in error)
      throw problem('file-unreadable', { path, reason: reasonOf(error) }, error);
    throw error;
  } finally {
    closeSync(file);
  }
}

function tooLarge(path: string, excess: string) {
  const hint = 'edgeproof does not write such files; write it again or name another';
  return problem('file-invalid', { path, issues: [`(file): ${excess}`], hint });
}

/** What the text has more of than a document may, in words; null where it is within bounds. */
function excessOf(bytes: Buffer): string | null {
  const { jsonContainers, jsonDepth, jsonTextBytes } = FILE_BOUNDS;
  let depth = 0;
  let containers = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      const start = i;
      for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
      if (i - start > jsonTextBytes) return `a text of more than ${jsonTextBytes} bytes at byte ${start}`;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth++;
      containers++;
      if (depth > jsonDepth) return `more than ${jsonDepth} lists and objects inside each other at byte ${i}`;
      if (containers > jsonContainers) return `more than ${jsonContainers} lists and objects`;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
  }
  return null;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}');

/** Further ones say no more. */
const MOST_ISSUES = 10;

export function validate<T extends z.ZodType>(path: string, value: unknown, schema: T, hint?: string): z.output<T> {
  // A command reads a document or two: compiling a parser for them takes longer than it saves.
  const parse = (input: unknown) => schema.safeParse(input, { jitless: true });
  const room = { left: TRIED_CONTAINERS };
  const first = firstPart(value, room);
  const tried = room.left > 0 ? null : unlessTooMany(path, () => parse(first));
  const parsed = tried?.success === false ? tried : unlessTooMany(path, () => parse(value));
  if (parsed.success) return parsed.data;
  const found = parsed.error.issues.slice(0, MOST_ISSUES).map(inmost);
  const more = parsed.error.issues.length - found.length;
  const issues = [
    ...found.map(({ path, message }) => `${fieldPath(path) || '(file)'}: ${inWords(message)}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
  throw problem('file-invalid', { path, issues, ...(hint === undefined ? {} : { hint }) }, parsed.error);
}

/** Zod collects every complaint about every item. A large document that is wrong is wrong in its first part, too. */
const TRIED_CONTAINERS = 10_000;

/** A copy whose lists end when `room` has been used up; each keeps one item at least. */
function firstPart(value: unknown, room: { left: number }): unknown {
  if (typeof value !== 'object' || value === null) return value;
  room.left--;
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, firstPart(item, room)]));
  const kept: unknown[] = [];
  for (const item of value) {
    if (typeof item === 'object' && room.left <= 0 && kept.length > 0) break;
    kept.push(firstPart(item, room));
  }
  return kept;
}

/** Zod itself overflows the stack where it has a hundred thousand complaints. */
function unlessTooMany<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw problem('file-invalid', { path, issues: ['(file): more fields are wrong than can be listed'] }, error);
  }
}

/** For a value that may have several forms: the single fault of the form that it nearly has, else the issue itself. */
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
