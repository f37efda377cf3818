import { DamagedArchiveError } from '../../errors.ts';
import { bitReader, bitWriter } from '../bits.ts';
import { readVarint, varintLength, writeVarint } from '../varint.ts';
import { bitLength, weightBits } from './frequencies.ts';
import { lanes } from './kernel.ts';

export interface RansHeader {
  /** Bytes of the output stream. */
  readonly streamLength: number;
  /** 256 weights below 2^15, of which at least two are not 0. */
  readonly weights: Uint16Array;
}

/** Two bits each say how the length of a weight differs from that of the one before. */
const same = 0;
const longer = 1;
const shorter = 2;
const other = 3;

/**
 * The header: the stream's length, then as bits how many bits each weight has behind its leading one, and the weights by
 * symbol.
 */
export function writeHeader({ streamLength, weights }: RansHeader, mantissaBits: number): Uint8Array {
  const writer = bitWriter();
  writer.write(mantissaBits, 4);
  let before = 0;
  for (const weight of weights) {
    const length = bitLength(weight);
    const change = length === before ? same : length === before + 1 ? longer : length === before - 1 ? shorter : other;
    writer.write(change, 2);
    if (change === other) writer.write(length, 4);
    const kept = Math.min(mantissaBits, Math.max(0, length - 1));
    if (kept > 0) writer.write((weight >> (length - 1 - kept)) & (2 ** kept - 1), kept);
    before = length;
  }
  const bits = writer.bytes();
  const header = new Uint8Array(varintLength(streamLength) + bits.length);
  header.set(bits, writeVarint(header, 0, streamLength));
  return header;
}

/** The inverse of {@link writeHeader}, for `symbols` output bytes; throws {@link DamagedArchiveError} for what it cannot have written. */
export function readHeader(header: Uint8Array, symbols: number): RansHeader {
  const { value: streamLength, end } = readVarint(header, 0, header.length);
  if (streamLength < 4 * lanes || streamLength > 4 * lanes + 2 * symbols)
    throw new DamagedArchiveError(
      `rANS: ${streamLength} bytes for ${symbols} symbols; ${4 * lanes} to ${4 * lanes + 2 * symbols} are possible.`,
    );
  const read = bitReader(header, end);
  const mantissaBits = read(4);
  const weights = new Uint16Array(256);
  let length = 0;
  let used = 0;
  for (let symbol = 0; symbol < 256; symbol++) {
    const change = read(2);
    length = change === other ? read(4) : length + (change === longer ? 1 : change === shorter ? -1 : 0);
    if (length < 0 || length > weightBits) throw new DamagedArchiveError(`rANS: a weight of ${length} bits.`);
    if (length === 0) continue;
    used++;
    const kept = Math.min(mantissaBits, length - 1);
    weights[symbol] = (2 ** kept + read(kept)) << (length - 1 - kept);
  }
  const found = { streamLength, weights };
  if (used < 2 || mantissaBits >= weightBits || !sameBytes(writeHeader(found, mantissaBits), header))
    throw new DamagedArchiveError(`rANS: a header of ${header.length} bytes that no encoder writes.`);
  return found;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
