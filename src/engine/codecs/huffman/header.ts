import { DamagedArchiveError } from '../../errors.ts';
import { longestCode } from './code-lengths.kernel.ts';
import { readDifferences, readNibbles, writeDifferences, writeNibbles } from './lengths.ts';

/** Up to this many symbols are one stream without a table of sizes, and the header is two bytes shorter. */
export const shortInput = 4096;
export const subBlock = 65536;

/** Bytes of the table of stream sizes in front of the streams: four 16-bit sizes a sub-block. */
export function sizesLength(symbols: number): number {
  return symbols <= shortInput ? 0 : 8 * Math.ceil(symbols / subBlock);
}

/** How many sub-blocks may share a table of code lengths; where it is 0, all do. */
export const shares = [0, 1, 2, 4] as const;
export type Share = (typeof shares)[number];

export interface CodedHeader {
  readonly streamLength: number;
  readonly share: Share;
  /** 256 code lengths each, for so many sub-blocks after one another. */
  readonly tables: readonly Uint8Array[];
}

export type HuffmanHeader =
  | { readonly kind: 'empty' }
  | { readonly kind: 'single'; readonly symbol: number }
  | ({ readonly kind: 'coded' } & CodedHeader);

/** How many tables there are for `symbols` symbols. */
export function tableCount(share: Share, symbols: number): number {
  return share === 0 ? 1 : Math.ceil(symbols / (share * subBlock));
}

/** The header of a coded stream of `symbols` symbols: a word with its length and form, and the tables the shorter way. */
export function writeHeader(header: CodedHeader, symbols: number): Uint8Array {
  const differences = writeInForm(header, symbols, true);
  if (header.share > 0) return differences;
  const nibbles = writeInForm(header, symbols, false);
  return differences.length < nibbles.length ? differences : nibbles;
}

/** Of the word two bits, above the length, tell the share, and the highest the form. */
function writeInForm(
  { streamLength, share, tables }: CodedHeader,
  symbols: number,
  asDifferences: boolean,
): Uint8Array {
  const sizeBytes = symbols <= shortInput ? 2 : 4;
  const [only = new Uint8Array(256)] = tables;
  const text = asDifferences ? writeDifferences(tables) : writeNibbles(only);
  const form = shares.indexOf(share) + (asDifferences ? 4 : 0);
  const word = streamLength + form * 2 ** (8 * sizeBytes - 3);
  const header = new Uint8Array(sizeBytes + text.length);
  for (let byte = 0; byte < sizeBytes; byte++) header[byte] = Math.floor(word / 2 ** (8 * byte));
  header.set(text, sizeBytes);
  return header;
}

/** Reads a header for `symbols` output bytes; throws {@link DamagedArchiveError} for any that no encoder writes. */
export function readHeader(header: Uint8Array, symbols: number): HuffmanHeader {
  if (symbols === 0 && header.length === 0) return { kind: 'empty' };
  if (symbols > 0 && header.length === 1) return { kind: 'single', symbol: header[0] ?? 0 };
  const sizeBytes = symbols <= shortInput ? 2 : 4;
  if (symbols < 2 || header.length < sizeBytes + 2)
    throw new DamagedArchiveError(`Huffman: a header of ${header.length} bytes does not go with ${symbols} symbols.`);
  let word = 0;
  for (let byte = sizeBytes - 1; byte >= 0; byte--) word = word * 256 + (header[byte] ?? 0);
  const unit = 2 ** (8 * sizeBytes - 3);
  const [form, streamLength] = [Math.floor(word / unit), word % unit];
  const [share = 0, asDifferences] = [shares[form % 4], form >= 4];
  const least = sizesLength(symbols) + Math.ceil(symbols / 8);
  const most = sizesLength(symbols) + Math.ceil((symbols * longestCode) / 8) + sizesLength(symbols) / 2;
  if (streamLength < least || streamLength > most)
    throw new DamagedArchiveError(
      `Huffman: ${streamLength} bytes for ${symbols} symbols; ${least} to ${most} are possible.`,
    );
  const count = tableCount(share, symbols);
  if (share > 0 && (count < 2 || !asDifferences))
    throw new DamagedArchiveError(`Huffman: ${count} tables of form ${form} for ${symbols} symbols.`);
  const tables = asDifferences ? readDifferences(header, sizeBytes, count) : [readNibbles(header, sizeBytes)];
  const coded = { streamLength, share, tables };
  if (!sameBytes(writeInForm(coded, symbols, asDifferences), header))
    throw new DamagedArchiveError('Huffman: the header is not as an encoder writes it.');
  return { kind: 'coded', ...coded };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
