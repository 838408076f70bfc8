// Failures that this folder answers itself: tried again, started anew, or asked another way. None reaches a user.

/** May pass: a broken connection, a busy server. `waitMs` is what the server asked for. */
export class TransientError extends Error {
  readonly waitMs: number | null;
  /** How often it was tried, once no further attempt is made. */
  attempts = 1;

  constructor(message: string, waitMs: number | null = null, cause?: unknown) {
    super(message, { cause });
    this.waitMs = waitMs;
  }
}

/** What has arrived cannot be continued: the content differs, or the server knows no ranges (`wholeOnly`). */
export class RestartError extends Error {
  readonly wholeOnly: boolean;

  constructor(message: string, wholeOnly = false) {
    super(message);
    this.wholeOnly = wholeOnly;
  }
}

/** An answer that the bulk reader does not understand; another client may. */
export class FramingError extends Error {}
