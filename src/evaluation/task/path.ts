import { resolve } from 'node:path';
import { UsageError } from '../../engine/errors.ts';

/** A file that a task names, relative to its data folder. */
export function taskPath(folder: string, file: string): string {
  if (file.includes('\0')) throw new UsageError('A path in the task file has a zero byte.');
  return resolve(folder, file);
}
