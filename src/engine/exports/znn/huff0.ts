import { codeLengths } from '../../codecs/huffman/code-lengths.kernel.ts';
import { encodeWeights } from './fse.ts';

const longestCode = 11;
/** Most weights of four bits each: the first byte of a table tells their number, or below 128 how long coded ones are. */
const mostPlainWeights = 128;

/**
 * A Huff0 block of four streams (RFC 8878, 4.2.1); `undefined` where the bytes are better
 * stored as they are. One byte value throughout becomes that byte.
 */
export function encodeHuff0(plane: Uint8Array): Uint8Array | undefined {
  const counts = new Uint32Array(256);
  for (const byte of plane) counts[byte] = (counts[byte] ?? 0) + 1;
  const largest = counts.reduce((most, count) => Math.max(most, count), 0);
  if (plane.length === 0 || (largest < plane.length && largest <= (plane.length >> 7) + 4)) return undefined;
  if (largest === plane.length) return plane.slice(0, 1);
  const lengths = codeLengths(counts);
  const last = lengths.findLastIndex((length) => length > 0);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  if (longest > longestCode) return undefined;
  const table = weightTable(lengths, longest, last);
  if (table === undefined) return undefined;
  const codes = canonicalCodes(lengths, longest);
  const part = Math.floor((plane.length + 3) / 4);
  const streams = [0, 1, 2, 3].map((stream) =>
    encodeStream(plane.subarray(stream * part, stream === 3 ? plane.length : (stream + 1) * part), lengths, codes),
  );
  const size = streams.reduce((sum, stream) => sum + stream.length, table.length + 6);
  if (size >= 0.95 * plane.length || 3 * part >= plane.length || streams.some(({ length }) => length > 65_535))
    return undefined;
  const block = new Uint8Array(size);
  block.set(table);
  const view = new DataView(block.buffer);
  let at = table.length + 6;
  streams.forEach((stream, place) => {
    if (place < 3) view.setUint16(table.length + 2 * place, stream.length, true);
    block.set(stream, at);
    at += stream.length;
  });
  return block;
}

/** Codes as RFC 8878 gives them out: from 0 on, the longest first, equal lengths in the order of the symbols. */
function canonicalCodes(lengths: Uint8Array, longest: number): Uint16Array {
  const codes = new Uint16Array(256);
  let code = 0;
  for (let length = longest; length > 0; length--) {
    lengths.forEach((each, symbol) => {
      if (each === length) codes[symbol] = code++;
    });
    code >>= 1;
  }
  return codes;
}

/**
 * The weights of all symbols but the last, whose own follows from them: one byte 127 + n and four bits each, high half first,
 * or their length below 128 and as many bytes of a finite-state code. `undefined` where neither form has room.
 */
function weightTable(lengths: Uint8Array, longest: number, last: number): Uint8Array | undefined {
  const weights = lengths.subarray(0, last).map((length) => (length === 0 ? 0 : longest + 1 - length));
  const plainBytes = Math.ceil(last / 2);
  const coded = encodeWeights(weights);
  if (coded !== undefined && coded.length < Math.min(plainBytes, mostPlainWeights))
    return Uint8Array.of(coded.length, ...coded);
  if (last > mostPlainWeights) return undefined;
  const table = new Uint8Array(1 + plainBytes);
  table[0] = 127 + last;
  weights.forEach((weight, symbol) => {
    table[1 + (symbol >> 1)] = (table[1 + (symbol >> 1)] ?? 0) | (symbol % 2 === 0 ? weight << 4 : weight);
  });
  return table;
}

/** Codes from the last symbol to the first, lowest bits first, and a one behind them. */
function encodeStream(symbols: Uint8Array, lengths: Uint8Array, codes: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((symbols.length * longestCode + 1) / 8) + 1);
  let [at, bits, filled] = [0, 0, 0];
  for (let index = symbols.length - 1; index >= 0; index--) {
    const symbol = symbols[index] ?? 0;
    bits |= (codes[symbol] ?? 0) << filled;
    filled += lengths[symbol] ?? 0;
    for (; filled >= 8; filled -= 8) {
      bytes[at++] = bits;
      bits >>>= 8;
    }
  }
  bytes[at++] = bits | (1 << filled);
  return bytes.subarray(0, at);
}
