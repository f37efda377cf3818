import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { readVarint } from '../codecs/varint.ts';
import { DamagedArchiveError } from '../errors.ts';
import type { ByteSource } from '../io/source.ts';
import { archiveVersion, checksumBytes, hasOneChecksum, headerBytes, isArchiveHead } from './frame.ts';
import { decodeIndex, type IndexText } from './index-text.ts';
import { decodeOldTrailer, oldHeaderBytes, oldTrailerBytes, oldVersion } from './old-frame.ts';
import { decodeOldIndex } from './old-index.ts';

/** What an archive may claim before it is believed. */
export interface ArchiveLimits {
  /** The most bytes of index, and of its text, held in memory. */
  readonly indexBytes: number;
}

/** An index that was read, with what its archive's frame says of it. */
export interface PlacedIndex {
  readonly index: IndexText;
  /** Where the first block begins, and where the last one ends. */
  readonly firstBlock: number;
  readonly indexOffset: number;
}

/** The most bytes of an index's length. */
const lengthBytes = 5;

/** Reads the index of an archive of any version. Throws {@link DamagedArchiveError} on anything that the writer cannot have written. */
export async function readIndex(source: ByteSource, limits: ArchiveLimits): Promise<PlacedIndex> {
  const head = await bytesAt(source, 0, Math.min(oldHeaderBytes, source.size));
  if (!isArchiveHead(head))
    throw new DamagedArchiveError(
      `"${source.name}" is not a Featherweight archive that this program knows: its first bytes are not those of one.`,
      { name: source.name },
    );
  return head[headerBytes - 1] === archiveVersion ? readNew(source, limits) : readOld(source, head, limits);
}

async function readNew(source: ByteSource, limits: ArchiveLimits): Promise<PlacedIndex> {
  const { name, size } = source;
  if (size <= headerBytes + checksumBytes)
    throw new DamagedArchiveError(`"${name}" was cut short: it has ${size} bytes.`, { name, size });
  const tail = await bytesAt(source, headerBytes, size - headerBytes, lengthBytes + checksumBytes);
  const checksum = new DataView(tail.buffer).getUint32(tail.length - checksumBytes, true);
  const lengthBackwards = tail.subarray(0, -checksumBytes).reverse();
  const { value: indexLength, end } = readVarint(lengthBackwards, 0, lengthBackwards.length);
  const indexEnd = size - checksumBytes - end;
  const indexOffset = indexEnd - indexLength;
  if (indexOffset < headerBytes)
    throw new DamagedArchiveError(
      `"${name}" says that its index has ${indexLength} bytes, which does not fit its ${size} bytes.`,
      { name, size, indexLength },
    );
  refuseLong(indexLength, limits, name);
  const blocksBytes = indexOffset - headerBytes;
  const checked = hasOneChecksum(blocksBytes) ? headerBytes : indexOffset;
  const header = await bytesAt(source, 0, headerBytes);
  const bytes = await bytesAt(source, checked, size - checksumBytes - checked);
  if (crc32(bytes, crc32(header)) !== checksum)
    throw new DamagedArchiveError(`"${name}" is damaged: the checksum at its end does not match.`, { name });
  const blocks = checked < indexOffset || blocksBytes === 0 ? bytes.subarray(0, blocksBytes) : undefined;
  const indexBytes = bytes.subarray(indexOffset - checked, indexEnd - checked);
  const index = readable(name, () => decodeIndex(indexBytes, { blocksBytes, blocks, mostText: limits.indexBytes }));
  return { index, firstBlock: headerBytes, indexOffset };
}

async function readOld(source: ByteSource, head: Uint8Array, limits: ArchiveLimits): Promise<PlacedIndex> {
  const { name, size } = source;
  const version = oldVersion(head, name);
  const tail = await bytesAt(source, oldHeaderBytes, size - oldHeaderBytes, oldTrailerBytes);
  const trailer = decodeOldTrailer(tail, size, name);
  refuseLong(trailer.indexLength, limits, name);
  refuseLong(trailer.indexTextLength, limits, name);
  const bytes = await bytesAt(source, trailer.indexOffset, trailer.indexLength);
  const index = readable(name, () => decodeOldIndex(bytes, trailer, version));
  return { index, firstBlock: oldHeaderBytes, indexOffset: trailer.indexOffset };
}

function readable(name: string, decode: () => IndexText): IndexText {
  try {
    return decode();
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new DamagedArchiveError(`The index of "${name}" cannot be read: ${reason.slice(0, 300)}`, { name }, error);
  }
}

function refuseLong(length: number, { indexBytes }: ArchiveLimits, name: string): void {
  if (length > indexBytes)
    throw new DamagedArchiveError(
      `The index of "${name}" takes ${length} bytes; ${indexBytes} are allowed within this memory budget.`,
      { name, found: length, allowed: indexBytes },
    );
}

/** The last `most` of `length` bytes from `offset` on. */
async function bytesAt(
  source: ByteSource,
  offset: number,
  length: number,
  most = length,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, most)));
  await source.read(offset + length - bytes.length, bytes);
  return bytes;
}
