import { crc32 } from 'node:zlib';
import { varintLength, writeVarint } from '../codecs/varint.ts';

/** Every archive begins with these: a byte that is not text, and the name. */
const magic = Uint8Array.of(0x89, 0x46, 0x57, 0x5a);

/** The version that is written; older ones are read by `old-frame.ts`. */
export const archiveVersion = 3;
/** Bytes before the first block. */
export const headerBytes = 5;
/** Blocks of up to so many bytes in all have no checksums of their own; that of the whole archive is as good. Part of the format. */
const oneChecksumBytes = 65_536;
/** Bytes of the checksum at the end. */
export const checksumBytes = 4;

/** The first bytes of every archive that is written: the magic number and the version. */
export function encodeHeader(): Uint8Array {
  return Uint8Array.of(...magic, archiveVersion);
}

/** The first bytes of a file that tell whether it is an archive, where it has as many. */
export const tellingBytes = 8;

/** Whether a file that begins so could be an archive of any version; for choosing what to do with a dropped file. */
export function isArchiveHead(bytes: Uint8Array): boolean {
  return startsWith(bytes, magic) && (bytes[magic.length] === archiveVersion || startsWith(bytes, oldMagic));
}

/** Like PNG's: the same, and line ends that a careless transfer would change. Versions 1 and 2 begin with it. */
export const oldMagic = Uint8Array.of(...magic, 0x0d, 0x0a, 0x1a, 0x0a);

/** Whether one checksum stands for all blocks, which take `blocksBytes` together. */
export function hasOneChecksum(blocksBytes: number): boolean {
  return blocksBytes <= oneChecksumBytes;
}

/** What stands behind an index of `indexLength` bytes takes so many. */
export function endBytes(indexLength: number): number {
  return varintLength(indexLength) + checksumBytes;
}

/** What stands behind an index: its length, to be read backwards, and the checksum of header, `blocks` where it stands for them, index and length. */
export function encodeEnd(index: Uint8Array, blocks: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(endBytes(index.length));
  const length = bytes.subarray(0, bytes.length - checksumBytes);
  writeVarint(length, 0, index.length);
  length.reverse();
  const sum = [encodeHeader(), blocks, index, length].reduce((before, part) => crc32(part, before), 0);
  new DataView(bytes.buffer).setUint32(length.length, sum, true);
  return bytes;
}

export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, place) => bytes[place] === byte);
}
