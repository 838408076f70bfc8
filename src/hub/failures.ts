// Failures that hub/ handles itself, by another attempt or a fresh start. Users never see them.

/** Another attempt may succeed: a broken connection, a busy server. `waitMs` is how long the server asks us to wait. */
export class TransientError extends Error {
  readonly waitMs: number | null;
  /** The number of attempts, set once no further one is made. */
  attempts = 1;

  constructor(message: string, waitMs: number | null = null, cause?: unknown) {
    super(message, { cause });
    this.waitMs = waitMs;
  }
}

/** What has arrived cannot be continued: the content differs, or the server does not know ranges (`wholeOnly`). */
export class RestartError extends Error {
  readonly wholeOnly: boolean;

  constructor(message: string, wholeOnly = false) {
    super(message);
    this.wholeOnly = wholeOnly;
  }
}
