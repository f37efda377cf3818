import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Tells this process from any other, also from a later one with the same number, where the system says when it began. */
export function thisProcess(): string {
  return `${thisMachine()} ${process.pid} ${startOf(process.pid)}`;
}

/**
 * Whether the process that {@link thisProcess} named is certainly gone, or this one. Of another machine, which may share the
 * drive, nothing is known; its processes count as alive.
 */
export function isGone(owner: string): boolean {
  if (owner === '') return true;
  const [machine, number = '', start = ''] = owner.split(' ');
  const pid = Number(number);
  if (machine !== thisMachine() || !(pid > 0)) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
  return startOf(pid) !== start;
}

function thisMachine(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}

function startOf(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold spaces.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
