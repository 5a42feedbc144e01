// Other processes of this machine. Plain JavaScript: set-up uses it before anything can run TypeScript.
import { readFileSync } from 'node:fs';

/** The fields of /proc/<pid>/stat after the name; none where there is no /proc. @param {number} pid */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** A process that has ended is not alive, even if nobody collected its exit code. @param {number} pid */
export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false;
  }
  return statOf(pid)[0] !== 'Z';
}

/** When a process began: tells it from a later one with the same number. Empty where that is unknown. @param {number} pid */
export const startOf = (pid) => statOf(pid)[19] ?? '';
