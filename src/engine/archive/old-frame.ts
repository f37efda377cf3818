import { crc32 } from 'node:zlib';
import { DamagedArchiveError } from '../errors.ts';
import { startsWith } from './frame.ts';

const endMagic = Uint8Array.of(0x46, 0x57, 0x5a, 0x2e, 0x65, 0x6e, 0x64, 0x0a);

/** Bytes before the first block, and behind the index, of archives of versions 1 and 2. */
export const oldHeaderBytes = 16;
export const oldTrailerBytes = 32;

/** Where the index lies and what it must look like. */
export interface OldTrailer {
  readonly indexOffset: number;
  readonly indexLength: number;
  /** Bytes of the index after decompression. */
  readonly indexTextLength: number;
  readonly indexCrc32: number;
  /** How the index's text is compressed. */
  readonly indexCoding: (typeof indexCodings)[number];
}

/** In the order of their numbers in the trailer. */
const indexCodings = ['zstd', 'deflate', 'text'] as const;

/** The version of an archive that begins as those of versions 1 and 2 do. Throws {@link DamagedArchiveError}. */
export function oldVersion(head: Uint8Array, name: string): 1 | 2 {
  const view = viewOf(head);
  if (head.length < oldHeaderBytes || view.getUint32(12, true) !== crc32(head.subarray(0, 12)))
    throw new DamagedArchiveError(`"${name}" is damaged in its first 16 bytes: their checksum does not match.`, {
      name,
    });
  const version = view.getUint16(8, true);
  if ((version !== 1 && version !== 2) || view.getUint16(10, true) !== 0)
    throw new DamagedArchiveError(`"${name}" is of container version ${version}, which no program wrote.`, {
      name,
      version,
    });
  return version;
}

/** Reads the trailer of an archive of `size` bytes; throws {@link DamagedArchiveError} when it does not fit the file exactly. */
export function decodeOldTrailer(bytes: Uint8Array, size: number, name: string): OldTrailer {
  if (bytes.length !== oldTrailerBytes || !startsWith(bytes.subarray(24), endMagic))
    throw new DamagedArchiveError(
      `"${name}" does not end as an archive does at byte ${size}: it was cut short, or something was written behind it.`,
      { name, size },
    );
  const view = viewOf(bytes);
  if (view.getUint32(20, true) !== crc32(bytes.subarray(0, 20)))
    throw new DamagedArchiveError(`"${name}" is damaged in its last 32 bytes: their checksum does not match.`, {
      name,
      size,
    });
  const indexCoding = indexCodings[view.getUint16(18, true)];
  if (indexCoding === undefined)
    throw new DamagedArchiveError(`"${name}" has an index of a kind that this program does not know.`, { name });
  const trailer: OldTrailer = {
    indexOffset: view.getUint32(0, true) + view.getUint16(4, true) * 2 ** 32,
    indexLength: view.getUint32(6, true),
    indexTextLength: view.getUint32(10, true),
    indexCrc32: view.getUint32(14, true),
    indexCoding,
  };
  if (trailer.indexOffset < oldHeaderBytes || trailer.indexOffset + trailer.indexLength + oldTrailerBytes !== size)
    throw new DamagedArchiveError(
      `"${name}" says that its index is ${trailer.indexLength} bytes at ${trailer.indexOffset}, which does not fit its ${size} bytes.`,
      { name, size, ...trailer },
    );
  return trailer;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
