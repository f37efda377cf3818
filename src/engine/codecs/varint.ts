import { DamagedArchiveError } from '../errors.ts';

/** Bytes that {@link writeVarint} will take for `value`, which is at least 0 and below 2^32. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Writes `value` as LEB128, seven bits a byte and the lowest first; returns the offset behind it. */
export function writeVarint(target: Uint8Array, offset: number, value: number): number {
  let rest = value;
  let at = offset;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[at++] = rest;
  return at;
}

export interface VarintRead {
  readonly value: number;
  /** Offset behind the number. */
  readonly end: number;
}

/**
 * Reads a number below 2^32 that {@link writeVarint} wrote before `limit`. Throws {@link DamagedArchiveError} when it is
 * cut off, too large, or longer than it need be.
 */
export function readVarint(bytes: Uint8Array, offset: number, limit: number): VarintRead {
  let value = 0;
  let scale = 1;
  for (let at = offset; at < limit && at < offset + 5; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) {
      if ((byte === 0 && at > offset) || value > 0xffff_ffff) break;
      return { value, end: at + 1 };
    }
  }
  throw new DamagedArchiveError(`The number at byte ${offset} of a payload is cut off, too large, or padded.`, {
    offset,
  });
}
