import { constants, crc32, inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import type { Width } from '../codecs/codec.ts';
import { readVarint, varintLength, writeVarint } from '../codecs/varint.ts';
import { text as textModel } from '../codecs/text/index.ts';
import { modelBytes } from '../codecs/text/model.ts';
import { DamagedArchiveError } from '../errors.ts';
import { Workspace } from '../kernels/workspace.ts';
import type { ApproximationText } from './approximation-text.ts';
import type { Trailer } from './frame.ts';
import { packIndex, storedSchema, unpackIndex } from './stored-index.ts';

/** What an archive says of itself, in columns. {@link ./archive.ts} checks every relation between them. */
export interface IndexText {
  readonly version: 1 | 2;
  readonly name: string;
  readonly blockBytes: number;
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
    /** Of tensors below 1 KiB only the first 8 bytes come back. */
    readonly sha256s: readonly string[];
  };
  /** Both since version 2, which is only written where they are needed. */
  readonly bases?: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[] | undefined;
  readonly references?:
    | { readonly streams: readonly number[]; readonly bases: readonly number[]; readonly offsets: readonly number[] }
    | undefined;
  /** Only in archives whose weights were approximated; those are of version 2. */
  readonly approximation?: ApproximationText | undefined;
}

/** Text that deflated indexes need not have in them. Part of the format. */
const dictionary = Buffer.from(
  '{"version":1,"name":".safetensors","blockBytes":1048576,"streams":{"lengths":[],"widths":[1],"codecs":["zstd"]},' +
    '"blocks":{"lengths":[]},"files":[{"name":".json","format":"bytes","bytes":,"metadata":{},"streams":[0],"starts":[0],' +
    '"lengths":[0]}],"tensors":{"files":[],"names":[],"dtypes":[],"shapes":[],"offsets":[],"lengths":[],"digests":[]}}',
);
/** Longer texts would take more than a tenth of a second to read by the text model. Part of the format. */
const shortText = 2 ** 15;

const closingBrace = 0x7d;

/** Texts at least this long take a second or more at the level that archives use. */
const longText = 2 ** 20;

/**
 * The index as bytes, and what the trailer must say of it but for its place. A `draft`, of which only the length matters, takes
 * less time where the text is long.
 */
export function encodeIndex(
  index: IndexText,
  draft = false,
): {
  readonly bytes: Uint8Array;
  readonly trailer: Omit<Trailer, 'indexOffset'>;
} {
  const { stored, table } = packIndex(index);
  const text = Buffer.from(JSON.stringify(stored));
  const usual = text.length > 8 * 2 ** 20 ? 9 : 19;
  const level = draft && text.length > longText ? 9 : usual;
  const zstd = zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: level } });
  const modelled = text.length <= shortText ? encodeByModel(text) : undefined;
  const isModelled = modelled !== undefined && modelled.length < zstd.length;
  const length = new Uint8Array(varintLength(table.length));
  writeVarint(length, 0, table.length);
  const bytes = Buffer.concat([length, table, isModelled ? modelled : zstd]);
  const indexCoding = isModelled ? 'text' : 'zstd';
  const lengths = { indexLength: bytes.length, indexTextLength: text.length };
  return { bytes, trailer: { ...lengths, indexCrc32: crc32(bytes), indexCoding } };
}

/** The inverse of {@link encodeIndex}. Never yields more than the trailer's text length, which the caller has bounded. */
export function decodeIndex(bytes: Uint8Array, trailer: Trailer, name: string): IndexText {
  if (crc32(bytes) !== trailer.indexCrc32)
    throw new DamagedArchiveError(`The index of "${name}" is damaged: its checksum does not match.`, { name });
  try {
    const { value: tableLength, end } = readVarint(bytes, 0, bytes.length);
    const table = bytes.subarray(end, end + tableLength);
    const text = decompress(bytes.subarray(end + tableLength), trailer);
    if (text.length !== trailer.indexTextLength)
      throw new Error(`${text.length} bytes of text, ${trailer.indexTextLength} stated`);
    // The text model may take one space more for certain, which JSON allows.
    if (text.at(-1) !== closingBrace) throw new Error('something behind the text');
    return unpackIndex(storedSchema.parse(JSON.parse(text.toString('utf8'))), table);
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new DamagedArchiveError(`The index of "${name}" cannot be read: ${reason.slice(0, 300)}`, { name }, error);
  }
}

function decompress(bytes: Uint8Array, { indexCoding, indexTextLength }: Trailer): Buffer {
  const maxOutputLength = Math.max(1, indexTextLength);
  if (indexCoding === 'text') return decodeByModel(bytes, indexTextLength);
  return indexCoding === 'deflate'
    ? inflateRawSync(bytes, { maxOutputLength, dictionary })
    : zstdDecompressSync(bytes, { maxOutputLength });
}

let modelWorkspace: Workspace | undefined;

/** Runs `work` with room for the text model, whose pages are only taken where an index is read or written by it. */
function withModel<Result>(work: (workspace: Workspace) => Result): Result {
  modelWorkspace ??= new Workspace(modelBytes(shortText) + 2 ** 18);
  const mark = modelWorkspace.mark();
  try {
    return work(modelWorkspace);
  } finally {
    modelWorkspace.release(mark);
  }
}

/** The text coded, nothing where that makes it no shorter. */
function encodeByModel(text: Uint8Array): Buffer | undefined {
  return withModel((workspace) => {
    const { header } = textModel.encode({ bytes: text, width: 1 }, {}, workspace);
    return header.length > 0 ? Buffer.from(header) : undefined;
  });
}

function decodeByModel(coded: Uint8Array, length: number): Buffer {
  if (length > shortText || coded.length === 0) throw new Error(`${length} bytes of text in ${coded.length} bytes`);
  return withModel((workspace) =>
    Buffer.from(textModel.decode({ header: coded, streams: [] }, { length, width: 1 }, workspace)),
  );
}
