// Where the body of an answer goes: into memory of the receiver's own, so that nothing is allocated or copied on the way.
import { RestartError } from './failures.js';

export interface Sink {
  /** Where the next bytes go; empty when no more are expected. */
  room(): Uint8Array;
  /** So many bytes lie in `room()`. */
  took(bytes: number): void;
}

/** Copies a piece that lies elsewhere. */
export function pour(sink: Sink, piece: Uint8Array): void {
  for (let rest = piece; rest.length > 0; ) {
    const room = sink.room();
    if (room.length === 0) throw new RestartError('the server sent more than it announced');
    const fitting = rest.subarray(0, room.length);
    room.set(fitting);
    sink.took(fitting.length);
    rest = rest.subarray(fitting.length);
  }
}
