import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { readVarint } from '../codecs/varint.ts';
import { text as textModel } from '../codecs/text/index.ts';
import { archiveBlockBytes, type IndexText } from './index-text.ts';
import { modelOver } from './index-model.ts';
import type { OldTrailer } from './old-frame.ts';
import { storedTables, unpackIndex } from './stored-index.ts';

const oldSchema = z.strictObject({
  version: z.union([z.literal(1), z.literal(2)]),
  blockBytes: z.literal(archiveBlockBytes),
  ...storedTables,
});

/** How many bytes of a tensor's digest were kept. */
const digestBytes = (length: number): number => (length < 1024 ? 8 : 32);

/** Text that deflated indexes need not have in them. Part of the format. */
const dictionary = Buffer.from(
  '{"version":1,"name":".safetensors","blockBytes":1048576,"streams":{"lengths":[],"widths":[1],"codecs":["zstd"]},' +
    '"blocks":{"lengths":[]},"files":[{"name":".json","format":"bytes","bytes":,"metadata":{},"streams":[0],"starts":[0],' +
    '"lengths":[0]}],"tensors":{"files":[],"names":[],"dtypes":[],"shapes":[],"offsets":[],"lengths":[],"digests":[]}}',
);

const closingBrace = 0x7d;
const model = modelOver(textModel);

/** Reads the index of an archive of version 1 or 2. Throws where the bytes cannot be those of one. */
export function decodeOldIndex(bytes: Uint8Array, trailer: OldTrailer, version: 1 | 2): IndexText {
  if (crc32(bytes) !== trailer.indexCrc32) throw new Error('its checksum does not match');
  const { value: tableLength, end } = readVarint(bytes, 0, bytes.length);
  const table = bytes.subarray(end, end + tableLength);
  const text = decompress(bytes.subarray(end + tableLength), trailer);
  if (text.length !== trailer.indexTextLength)
    throw new Error(`${text.length} bytes of text, ${trailer.indexTextLength} stated`);
  // The text model may take one space more for certain, which JSON allows.
  if (text.at(-1) !== closingBrace) throw new Error('something behind the text');
  const stored = oldSchema.parse(JSON.parse(text.toString('utf8')));
  const needs = stored.bases !== undefined || stored.approximation !== undefined ? 2 : 1;
  if (stored.version !== version || needs !== version) throw new Error(`version ${version} with another's tables`);
  return unpackIndex(stored, table, { digestBytes });
}

function decompress(bytes: Uint8Array, { indexCoding, indexTextLength }: OldTrailer): Buffer {
  const maxOutputLength = Math.max(1, indexTextLength);
  if (indexCoding === 'text') return model.decode(bytes, indexTextLength);
  return indexCoding === 'deflate'
    ? inflateRawSync(bytes, { maxOutputLength, dictionary })
    : zstdDecompressSync(bytes, { maxOutputLength });
}
