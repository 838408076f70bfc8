// stdout and stderr, either of which may be lost: a reader that closes the pipe, a full disk, a terminal that is gone. A
// verb goes on without them, since what it measures is stored.
import { reasonOf } from '../errors.js';

type Loss = NodeJS.ErrnoException;

/** `onLost` hears why stdout did not take what was printed; a reader that has read enough (`| head -1`) is no loss. */
export function surviveLostOutput(onLost: (reason: string) => void): void {
  guard(process.stderr, () => {});
  guard(process.stdout, (error) => {
    if (error.code !== 'EPIPE') onLost(reasonOf(error));
  });
}

/** Pipes report an error later; files throw it, also at libraries that print. */
function guard(stream: NodeJS.WriteStream, onError: (error: Loss) => void): void {
  const write = stream.write.bind(stream) as (...parameters: unknown[]) => boolean;
  stream.on('error', onError);
  stream.write = (...parameters: unknown[]) => {
    try {
      return write(...parameters);
    } catch (error) {
      onError(error as Loss);
      return false;
    }
  };
}
