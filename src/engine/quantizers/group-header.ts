import { readVarint, varintLength, writeVarint } from '../codecs/varint.ts';
import { DamagedArchiveError } from '../errors.ts';
import { stepsHeaderBytes } from './steps.ts';

/** The length of groups, 0 for whole rows, as a header. */
export function groupHeader(group: number): Uint8Array {
  const header = new Uint8Array(varintLength(group));
  writeVarint(header, 0, group);
  return header;
}

/** The inverse, for a header that has the one of steps behind the group, and nothing more. */
export function readGroupHeader(header: Uint8Array): { readonly group: number; readonly stepsAt: number } {
  const { value: group, end } = readVarint(header, 0, header.length);
  if (header.length !== end + stepsHeaderBytes)
    throw new DamagedArchiveError(`A header of ${header.length} bytes for groups of ${group} numbers.`);
  return { group, stepsAt: end };
}
