// How much memory a run may take here: the machine's, or what a container allows.
import os from 'node:os';

export function memoryLimitBytes(): number {
  // 0 or a huge number where nothing limits the process.
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, os.totalmem()) : os.totalmem();
}
