import { readFile } from 'node:fs/promises';
import { MalformedFileError } from '../../engine/errors.ts';

export type Entry = Readonly<Record<string, unknown>>;

/** Entries of an index file: a list of objects, or the list in its field `items`. Throws MALFORMED. */
export async function readIndex(path: string, items: string | undefined): Promise<readonly Entry[]> {
  const whole: unknown = JSON.parse(await readFile(path, 'utf8'));
  const list = items === undefined ? whole : (whole as Entry)[items];
  if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'object' && entry !== null))
    throw new MalformedFileError(
      `The index "${path}" has no list of objects${items === undefined ? '' : ` in its field "${items}"`}.`,
      { file: path },
    );
  return list as readonly Entry[];
}

/** A field of an entry that must be a whole number from `least` on. */
export function wholeField(entry: Entry, field: string, least: number): number {
  const value = entry[field];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
    throw new MalformedFileError(
      `An entry of the index has ${JSON.stringify(value)} as "${field}"; a whole number from ${least} on is allowed.`,
    );
  return value;
}
