// stdout and stderr, either of which may be lost: a reader that closes the pipe, a full disk, a terminal that is gone. A
// verb goes on without them, since what it measures is stored.
import { reasonOf } from '../errors.js';

/** `onLost` hears why stdout did not take what was printed; a reader that has read enough (`| head -1`) is no loss. */
export function surviveLostOutput(onLost: (reason: string) => void): void {
  // Without a listener, an error of a stream ends the process.
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') onLost(reasonOf(error));
  });
}
