import { DamagedArchiveError } from '../../errors.ts';
import { longestCode } from './code-lengths.ts';

/** Nibble that starts a run of unused symbols; the next nibble is the run's length less {@link shortestRun}. */
const runNibble = 12;
const shortestRun = 3;
const complete = 1 << longestCode;

/** Up to this many symbols are one stream without a table of sizes, and the header is two bytes shorter. */
export const shortInput = 4096;
export const subBlock = 65536;

/** Bytes of the table of stream sizes in front of the streams: four 16-bit sizes a sub-block. */
export function sizesLength(symbols: number): number {
  return symbols <= shortInput ? 0 : 8 * Math.ceil(symbols / subBlock);
}

export type HuffmanHeader =
  | { readonly kind: 'empty' }
  | { readonly kind: 'single'; readonly symbol: number }
  | { readonly kind: 'coded'; readonly streamLength: number; readonly lengths: Uint8Array };

/** The header of a coded stream: its length, the first used symbol, and code lengths from there as nibbles. */
export function writeHeader(lengths: Uint8Array, streamLength: number, symbols: number): Uint8Array {
  const first = lengths.findIndex((length) => length > 0);
  const last = lengths.findLastIndex((length) => length > 0);
  const nibbles: number[] = [];
  for (let symbol = first; symbol <= last; symbol++) {
    let run = 0;
    while (run < shortestRun + 15 && lengths[symbol + run] === 0) run++;
    if (run >= shortestRun) {
      nibbles.push(runNibble, run - shortestRun);
      symbol += run - 1;
    } else nibbles.push(lengths[symbol] ?? 0);
  }
  const sizeBytes = symbols <= shortInput ? 2 : 4;
  const header = new Uint8Array(sizeBytes + 1 + Math.ceil(nibbles.length / 2));
  for (let byte = 0; byte < sizeBytes; byte++) header[byte] = streamLength >>> (8 * byte);
  header[sizeBytes] = first;
  nibbles.forEach((nibble, index) => {
    const at = sizeBytes + 1 + (index >> 1);
    header[at] = (header[at] ?? 0) | (nibble << (4 * (index & 1)));
  });
  return header;
}

/** Reads a header for `symbols` output bytes; throws {@link DamagedArchiveError} for any that no encoder writes. */
export function readHeader(header: Uint8Array, symbols: number): HuffmanHeader {
  if (symbols === 0 && header.length === 0) return { kind: 'empty' };
  if (symbols > 0 && header.length === 1) return { kind: 'single', symbol: header[0] ?? 0 };
  const sizeBytes = symbols <= shortInput ? 2 : 4;
  if (symbols < 2 || header.length < sizeBytes + 2)
    throw new DamagedArchiveError(`Huffman: a header of ${header.length} bytes does not go with ${symbols} symbols.`);
  let streamLength = 0;
  for (let byte = sizeBytes - 1; byte >= 0; byte--) streamLength = streamLength * 256 + (header[byte] ?? 0);
  const least = sizesLength(symbols) + Math.ceil(symbols / 8);
  const most = sizesLength(symbols) + Math.ceil((symbols * longestCode) / 8) + sizesLength(symbols) / 2;
  if (streamLength < least || streamLength > most)
    throw new DamagedArchiveError(
      `Huffman: ${streamLength} bytes for ${symbols} symbols; ${least} to ${most} are possible.`,
    );
  const lengths = readLengths(header, sizeBytes);
  if (!sameBytes(writeHeader(lengths, streamLength, symbols), header))
    throw new DamagedArchiveError('Huffman: the header is not written the shortest way.');
  return { kind: 'coded', streamLength, lengths };
}

/** The list of lengths ends where the code is complete, which is the only way a valid one can end. */
function readLengths(header: Uint8Array, sizeBytes: number): Uint8Array {
  const lengths = new Uint8Array(256);
  const nibbles = 2 * (header.length - sizeBytes - 1);
  const nibbleAt = (index: number) => ((header[sizeBytes + 1 + (index >> 1)] ?? 0) >> (4 * (index & 1))) & 15;
  let symbol = header[sizeBytes] ?? 0;
  let filled = 0;
  for (let index = 0; index < nibbles && symbol < 256 && filled < complete; index++) {
    const nibble = nibbleAt(index);
    if (nibble === runNibble) symbol += shortestRun + nibbleAt(++index);
    else if (nibble > longestCode) throw new DamagedArchiveError(`Huffman: a code length of ${nibble} in the header.`);
    else {
      lengths[symbol++] = nibble;
      if (nibble > 0) filled += complete >> nibble;
    }
  }
  if (filled !== complete)
    throw new DamagedArchiveError(`Huffman: the code fills ${filled} of ${complete} places; it must fill all.`);
  return lengths;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
