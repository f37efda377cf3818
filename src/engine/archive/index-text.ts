import { crc32, zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { DamagedArchiveError } from '../errors.ts';
import type { Trailer } from './frame.ts';

const count = z.int().min(0);
const counts = z.array(count);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * The index as it is stored: columns, because equal things side by side compress. `spec.md` says what each means. Text and
 * numbers only; every relation between them is checked by {@link ./archive.ts}.
 */
export const indexSchema = z.strictObject({
  version: z.union([z.literal(1), z.literal(2)]),
  name: z.string(),
  blockBytes: z.literal(2 ** 20),
  streams: z.strictObject({
    lengths: counts,
    widths: z.array(z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)])),
    codecs: z.array(z.string()),
  }),
  blocks: z.strictObject({ lengths: counts, crc32s: counts }),
  files: z.array(
    z.strictObject({
      name: z.string(),
      format: z.string(),
      bytes: count,
      sha256: digest,
      /** Segments in file order: stream, first byte in it, length. */
      streams: counts,
      starts: counts,
      lengths: counts,
      metadata: z.record(z.string(), z.string()),
    }),
  ),
  tensors: z.strictObject({
    files: counts,
    names: z.array(z.string()),
    dtypes: z.array(z.string()),
    shapes: z.array(counts),
    offsets: counts,
    lengths: counts,
    sha256s: z.array(digest),
  }),
  /** Both since version 2, which is only written where they are needed. */
  bases: z.array(z.strictObject({ name: z.string(), bytes: count, sha256: digest })).optional(),
  references: z.strictObject({ streams: counts, bases: counts, offsets: counts }).optional(),
});

export type IndexText = z.infer<typeof indexSchema>;

/** The index as bytes, and what the trailer must say of it but for its place. */
export function encodeIndex(index: IndexText): {
  readonly bytes: Uint8Array;
  readonly trailer: Omit<Trailer, 'indexOffset'>;
} {
  const text = Buffer.from(JSON.stringify(index));
  const level = text.length > 8 * 2 ** 20 ? 9 : 19;
  const bytes = zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: level } });
  return { bytes, trailer: { indexLength: bytes.length, indexTextLength: text.length, indexCrc32: crc32(bytes) } };
}

/** The inverse of {@link encodeIndex}. Never yields more than the trailer's text length, which the caller has bounded. */
export function decodeIndex(bytes: Uint8Array, trailer: Trailer, name: string): IndexText {
  if (crc32(bytes) !== trailer.indexCrc32)
    throw new DamagedArchiveError(`The index of "${name}" is damaged: its checksum does not match.`, { name });
  try {
    const text = zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, trailer.indexTextLength) });
    if (text.length !== trailer.indexTextLength)
      throw new Error(`${text.length} bytes of text, ${trailer.indexTextLength} stated`);
    return indexSchema.parse(JSON.parse(text.toString('utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new DamagedArchiveError(`The index of "${name}" cannot be read: ${reason.slice(0, 300)}`, { name }, error);
  }
}
