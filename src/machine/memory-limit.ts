// How much memory a run may use: that of the machine, or what a container allows.
import os from 'node:os';

export function memoryLimitBytes(): number {
  // 0 or a huge number where there is no limit.
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, os.totalmem()) : os.totalmem();
}
