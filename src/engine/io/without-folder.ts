import { dirname } from 'node:path';
import { FeatherweightError, toFeatherweightError } from '../errors.ts';

/** Why `path` could not be made, in words of the person who named it: of it or its folder, not of an unfinished name beside it. */
export function withoutFolder(error: unknown, path: string): FeatherweightError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT') {
    const named = Object.assign(new Error(message, { cause: error }), { code, path });
    return toFeatherweightError(named, 'creating the output');
  }
  const folder = dirname(path);
  return new FeatherweightError('FOLDER_MISSING', `"${path}" cannot be written: there is no folder "${folder}".`, {
    facts: { path: folder },
    cause: error,
  });
}
