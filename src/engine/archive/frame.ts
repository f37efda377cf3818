import { crc32 } from 'node:zlib';
import { DamagedArchiveError } from '../errors.ts';

/** Like PNG's: a byte that is not text, the name, and line ends that a careless transfer would change. */
const magic = Uint8Array.of(0x89, 0x46, 0x57, 0x5a, 0x0d, 0x0a, 0x1a, 0x0a);
const endMagic = Uint8Array.of(0x46, 0x57, 0x5a, 0x2e, 0x65, 0x6e, 0x64, 0x0a);

/** The newest container version; what needs nothing of it is written as version 1. */
export const archiveVersion = 2;
export const headerBytes = 16;
export const trailerBytes = 32;

/** Where the index lies and what it must look like. */
export interface Trailer {
  readonly indexOffset: number;
  readonly indexLength: number;
  /** Bytes of the index after decompression. */
  readonly indexTextLength: number;
  readonly indexCrc32: number;
  /** How the index's text is compressed. */
  readonly indexCoding: IndexCoding;
}

/** In the order of their numbers in the trailer. */
const indexCodings = ['zstd', 'deflate', 'text'] as const;
export type IndexCoding = (typeof indexCodings)[number];

/** Bytes 0 to 15 of every archive: magic, version (u16), zero (u16), crc32 of the 12 bytes before (u32). */
export function encodeHeader(version: 1 | 2 = 1): Uint8Array {
  const bytes = new Uint8Array(headerBytes);
  bytes.set(magic);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, version, true);
  view.setUint32(12, crc32(bytes.subarray(0, 12)), true);
  return bytes;
}

/** The version; throws {@link DamagedArchiveError} unless the bytes start an archive of a version known here. */
export function checkHeader(bytes: Uint8Array, name: string): number {
  if (bytes.length < headerBytes || !startsWith(bytes, magic))
    throw new DamagedArchiveError(`"${name}" is not a Featherweight archive: its first bytes are not those of one.`, {
      name,
    });
  const view = viewOf(bytes);
  if (view.getUint32(12, true) !== crc32(bytes.subarray(0, 12)))
    throw new DamagedArchiveError(`"${name}" is damaged in its first 16 bytes: their checksum does not match.`, {
      name,
    });
  const version = view.getUint16(8, true);
  if (version < 1 || version > archiveVersion || view.getUint16(10, true) !== 0)
    throw new DamagedArchiveError(
      `"${name}" is of container version ${version}; this program reads versions up to ${archiveVersion}. A newer Featherweight can open it.`,
      { name, version },
    );
  return version;
}

/** Whether the bytes could be the start of an archive; for choosing what to do with a dropped file. */
export function isArchiveHead(bytes: Uint8Array): boolean {
  return startsWith(bytes, magic);
}

/** The last 32 bytes: index offset (u48), index length (u32), text length (u32), index crc32 (u32), index coding (u16), crc32 of these 20 (u32), end magic (8). */
export function encodeTrailer(trailer: Trailer): Uint8Array {
  const { indexOffset, indexLength, indexTextLength, indexCrc32, indexCoding } = trailer;
  const bytes = new Uint8Array(trailerBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, indexOffset % 2 ** 32, true);
  view.setUint16(4, Math.floor(indexOffset / 2 ** 32), true);
  view.setUint32(6, indexLength, true);
  view.setUint32(10, indexTextLength, true);
  view.setUint32(14, indexCrc32, true);
  view.setUint16(18, indexCodings.indexOf(indexCoding), true);
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true);
  bytes.set(endMagic, 24);
  return bytes;
}

/** Reads the trailer of an archive of `size` bytes; throws {@link DamagedArchiveError} when it does not fit the file exactly. */
export function decodeTrailer(bytes: Uint8Array, size: number, name: string): Trailer {
  if (bytes.length !== trailerBytes || !startsWith(bytes.subarray(24), endMagic))
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
  const trailer: Trailer = {
    indexOffset: view.getUint32(0, true) + view.getUint16(4, true) * 2 ** 32,
    indexLength: view.getUint32(6, true),
    indexTextLength: view.getUint32(10, true),
    indexCrc32: view.getUint32(14, true),
    indexCoding,
  };
  if (trailer.indexOffset < headerBytes || trailer.indexOffset + trailer.indexLength + trailerBytes !== size)
    throw new DamagedArchiveError(
      `"${name}" says that its index is ${trailer.indexLength} bytes at ${trailer.indexOffset}, which does not fit its ${size} bytes.`,
      { name, size, ...trailer },
    );
  return trailer;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, place) => bytes[place] === byte);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
