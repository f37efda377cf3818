import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Width } from '../codecs/codec.ts';
import { readVarint, varintLength, writeVarint } from '../codecs/varint.ts';
import type { ApproximationText } from './approximation-text.ts';
import { compactIndex, expandIndex, type CompactIndex } from './compact-index.ts';
import { hasOneChecksum } from './frame.ts';
import type { InnerBase } from './inner-base.ts';
import { indexModel, longestModelled } from './index-model.ts';
import { packIndex, unpackIndex } from './stored-index.ts';

/** What an archive says of itself, in columns. {@link ./archive.ts} checks every relation between them. */
export interface IndexText {
  readonly name: string;
  readonly streams: {
    readonly lengths: readonly number[];
    readonly widths: readonly Width[];
    readonly codecs: readonly string[];
  };
  readonly blocks: { readonly lengths: readonly number[]; readonly crc32s: readonly number[] };
  readonly files: readonly {
    readonly name: string;
    readonly format: string;
    readonly bytes: number;
    /** Hex, as all digests here. */
    readonly sha256: string;
    /** Segments in file order: stream, first byte in it, length. */
    readonly streams: readonly number[];
    readonly starts: readonly number[];
    readonly lengths: readonly number[];
    readonly metadata: Readonly<Record<string, string>>;
  }[];
  readonly tensors: {
    readonly files: readonly number[];
    readonly names: readonly string[];
    readonly dtypes: readonly string[];
    readonly shapes: readonly (readonly number[])[];
    readonly offsets: readonly number[];
    readonly lengths: readonly number[];
    /** Of small tensors only the first bytes come back. */
    readonly sha256s: readonly string[];
  };
  /** Both only where other models are needed. */
  readonly bases?: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[] | undefined;
  readonly references?:
    | { readonly streams: readonly number[]; readonly bases: readonly number[]; readonly offsets: readonly number[] }
    | undefined;
  /** Present where streams were coded against tensors of the archive itself; that base comes behind all others. */
  readonly inner?: InnerBase | undefined;
  /** Only in archives whose weights were approximated. */
  readonly approximation?: ApproximationText | undefined;
}

/** The bytes that every block but the last of its stream restores. */
export const archiveBlockBytes = 2 ** 20;

/** How many bytes of a tensor's digest are kept. Part of the format. */
function digestBytes(length: number): number {
  if (length < 64) return 2;
  if (length < 1024) return 4;
  return length < 65_536 ? 8 : 32;
}

/** Texts at least this long take a second or more at the level that archives use. */
const longText = 2 ** 20;
/** Texts at least this long are coded at a level that takes a tenth of the time. */
const endlessText = 2 ** 23;
/**
 * The tables of long texts have 2^17 entries. Names repeat what stands just before them, which is found as well or better with so
 * few, in half the time, and they take 1 MB instead of 80.
 */
const tableLog = 17;

/** How the text is compressed, in the order of their numbers in the index. */
const codings = ['model', 'zstd'] as const;

/** The index as bytes. A `draft`, of which only the length matters, takes less time where the text is long. */
export function encodeIndex(index: IndexText, draft = false): Uint8Array {
  const blocksBytes = index.blocks.lengths.reduce((sum, length) => sum + length, 0);
  const checksums = hasOneChecksum(blocksBytes) ? index.blocks.crc32s : undefined;
  const { stored, table } = packIndex(index, { digestBytes, checksums });
  const text = Buffer.from(JSON.stringify(compactIndex(stored)));
  const modelled = text.length <= longestModelled ? indexModel.encode(text) : undefined;
  const zstd = zstdCompressSync(text, { params: zstdParameters(text.length, draft) });
  const coded = modelled && modelled.length < zstd.length ? modelled : zstd;
  const kind = codings.indexOf(coded === modelled ? 'model' : 'zstd');
  return Buffer.concat([number(codings.length * text.length + kind), number(table.length), table, coded]);
}

function zstdParameters(length: number, draft: boolean): Record<number, number> {
  const level = length > (draft ? longText : endlessText) ? 9 : 19;
  return {
    [constants.ZSTD_c_compressionLevel]: level,
    ...(length > longText && { [constants.ZSTD_c_chainLog]: tableLog, [constants.ZSTD_c_hashLog]: tableLog }),
  };
}

/** What is known of an archive beside its index. */
interface Surroundings {
  /** Bytes that all blocks take. */
  readonly blocksBytes: number;
  /** Those bytes, where they have no checksums of their own. */
  readonly blocks: Uint8Array | undefined;
  /** The most bytes of text. */
  readonly mostText: number;
}

/** The inverse of {@link encodeIndex}. Throws where the bytes cannot be those of an index. */
export function decodeIndex(bytes: Uint8Array, { blocksBytes, blocks, mostText }: Surroundings): IndexText {
  const { value: kindAndLength, end: lengthEnd } = readVarint(bytes, 0, bytes.length);
  const length = Math.floor(kindAndLength / codings.length);
  if (length > mostText) throw new Error(`${length} bytes of text; ${mostText} are allowed within this memory budget`);
  const { value: tableLength, end: tableAt } = readVarint(bytes, lengthEnd, bytes.length);
  const table = bytes.subarray(tableAt, tableAt + tableLength);
  const coded = bytes.subarray(tableAt + tableLength);
  const isModelled = codings[kindAndLength % codings.length] === 'model';
  const text = isModelled
    ? indexModel.decode(coded, length)
    : zstdDecompressSync(coded, { maxOutputLength: Math.max(1, length) });
  if (text.length !== length) throw new Error(`${text.length} bytes of text, ${length} stated`);
  const stored = expandIndex(JSON.parse(text.toString('utf8')) as CompactIndex, blocksBytes);
  const checksums = blocks && checksumsOf(blocks, stored.blocks.lengths);
  return unpackIndex(stored, table, { digestBytes, checksums });
}

function checksumsOf(blocks: Uint8Array, lengths: readonly number[]): readonly number[] {
  let end = 0;
  return lengths.map((length) => crc32(blocks.subarray(end, (end += length))));
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(varintLength(value));
  writeVarint(bytes, 0, value);
  return bytes;
}
