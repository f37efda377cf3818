import { dirname } from 'node:path';
import { FeatherweightError, toFeatherweightError } from '../errors.ts';

/** Why `path` could not be made: the folder that is missing is told in words of the person who named it, not by an unfinished name in it. */
export function withoutFolder(error: unknown, path: string): FeatherweightError {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return toFeatherweightError(error, 'creating the output');
  const folder = dirname(path);
  return new FeatherweightError('NOT_FOUND', `"${path}" cannot be written: there is no folder "${folder}".`, {
    facts: { path: folder },
    cause: error,
  });
}
