// The one error class, and how errors are made from the catalogue in problems.ts.
import { CATALOGUE, type Problem } from './problems.js';

export type ErrorCode = keyof typeof CATALOGUE | 'internal';

/** An error as result documents store it and processes send it. */
export interface Failure {
  code: ErrorCode;
  message: string;
  hint: string | null;
}

export class EdgeproofError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.message, { cause });
    this.name = 'EdgeproofError';
    this.code = failure.code;
    this.hint = failure.hint;
  }
}

/** The error of this code: `throw problem('suite-unknown', { name, known })`. */
export function problem<C extends keyof typeof CATALOGUE>(
  code: C,
  parameters: Parameters<(typeof CATALOGUE)[C]>[0],
  cause?: unknown,
): EdgeproofError {
  const entry = CATALOGUE[code] as (p: typeof parameters) => Problem;
  const { message, hint } = entry(parameters);
  return new EdgeproofError({ code, message, hint: hint ?? null }, cause);
}

/** Any thrown value as a failure that can be stored; errors of others keep their message, with the code `internal`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof EdgeproofError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), hint: null };
}

/** Names and disks that the system does not take, wherever that is found out: no bug, so told without a stack. */
export function refusalOf(error: unknown): EdgeproofError | null {
  const { code, path } = error as NodeJS.ErrnoException;
  if (path === undefined || !/^(ENAMETOOLONG|ELOOP|EACCES|EPERM|EROFS|ENOSPC|EDQUOT|EIO)$/.test(code ?? ''))
    return null;
  return problem('system-refused', { path, reason: reasonOf(error) }, error);
}

/** The message of a system error without its path, which the caller names: `EACCES: permission denied`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/, \w+ '.*$/, '');
}
