import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const codingCommands = new Set(['compress', 'restore', 'verify']);
/** With less to do, one thread does all. */
const plentyBytes = 64 * 2 ** 20;
/** Fewer than the usual memory has room for, on machines with any number of cores. */
const mostThreads = 4;

/**
 * Guesses from the words of a command line and the sizes of the files among them how many coding threads its job will start.
 * A wrong guess costs some milliseconds of another core; the job starts what is missing. Never throws: what is wrong with a
 * path the job tells.
 */
export function threadsAhead([command = '', ...words]: readonly string[]): number {
  if (!codingCommands.has(command)) return 0;
  const bytes = words.reduce((sum, word) => sum + sizeOf(word), 0);
  const isBounded = words.some((word) => /^--(threads|memory)/.test(word));
  return bytes < plentyBytes || isBounded ? 1 : Math.min(mostThreads, availableParallelism());
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
