import { z } from 'zod';
import type { Width } from '../codecs/codec.ts';
import { storedApproximation } from './approximation-text.ts';
import type { IndexText } from './index-text.ts';

export const count = z.int().min(0);
export const width = z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]);

/**
 * A column is looked through and taken as it is. An array of the schema library makes some objects for each row, which for
 * a hundred thousand tensors are more than the rest of the work takes.
 */
function columnOf<Row>(isRow: (value: unknown) => value is Row, words: string) {
  return z.custom<readonly Row[]>((value) => Array.isArray(value) && value.every(isRow), `not a column of ${words}`);
}

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const isCount = (value: unknown): value is number => isInteger(value) && value >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isWidth = (value: unknown): value is Width => value === 1 || value === 2 || value === 4 || value === 8;
const isShape = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isCount);

export const counts = columnOf(isCount, 'counts');
/** What a column says of a row is how it differs from what the rows before let expect, so that most of it is zeros. */
export const differences = columnOf(isInteger, 'integers');
export const texts = columnOf(isText, 'texts');
export const widths = columnOf(isWidth, 'widths');
export const shapes = columnOf(isShape, 'shapes');

/** What only some indexes have, in every version alike. */
export const optionalTables = {
  bases: z.array(z.strictObject({ name: z.string(), bytes: count })).optional(),
  references: z.strictObject({ streams: counts, bases: counts, offsets: counts }).optional(),
  inner: z
    .strictObject({
      tensors: counts,
      slices: counts.optional(),
      axes: counts,
      orders: counts,
      permutations: shapes,
    })
    .optional(),
  approximation: storedApproximation.optional(),
};

/** The index as its text holds it; checksums and digests are in the table beside it. `spec.md` says what each means. */
export const storedTables = {
  name: z.string(),
  streams: z.strictObject({ lengths: counts, widths, codecs: texts }),
  blocks: z.strictObject({ lengths: counts }),
  files: z.array(
    z.strictObject({
      name: z.string(),
      format: z.string(),
      bytes: count,
      metadata: z.record(z.string(), z.string()),
      streams: differences,
      starts: counts,
      lengths: differences,
    }),
  ),
  tensors: z.strictObject({
    files: counts,
    names: texts,
    dtypes: texts,
    shapes,
    offsets: differences,
    lengths: counts,
    digests: counts,
  }),
  ...optionalTables,
};

export type StoredIndex = z.infer<z.ZodObject<typeof storedTables>>;

/** What is left out of the table of checksums and digests. */
export interface TableForm {
  /** How many bytes of the digest of a tensor of `length` bytes are kept: of a small one, a whole digest would be much of it. */
  readonly digestBytes: (length: number) => number;
  /** The checksums of the blocks, where the table does not have them. */
  readonly checksums?: readonly number[] | undefined;
}

const checksumBytes = 4;
const wholeDigest = 32;

/** Divides an index into what its text says and the table of its checksums and digests, each digest once. */
export function packIndex(
  index: IndexText,
  { digestBytes, checksums: others }: TableForm,
): { readonly stored: StoredIndex; readonly table: Uint8Array } {
  const { name, streams, blocks, files, tensors, bases, references, inner, approximation } = index;
  const digests = [...files, ...(bases ?? [])].map(({ sha256 }) => sha256);
  digests.push(...(approximation?.sources ?? []));
  const lastAt = new Map<string, number>();
  const repeats = tensors.sha256s.map((sha256, tensor) => {
    const before = lastAt.get(sha256);
    lastAt.set(sha256, tensor);
    if (before === undefined) digests.push(sha256.slice(0, 2 * digestBytes(tensors.lengths[tensor] ?? 0)));
    return before === undefined ? 0 : tensor - before;
  });
  const nextStream = counter();
  const crc32s = others === undefined ? blocks.crc32s : [];
  const checksums = Buffer.alloc(checksumBytes * crc32s.length);
  crc32s.forEach((crc32, block) => checksums.writeUInt32LE(crc32, checksumBytes * block));
  const table = Buffer.concat([checksums, Buffer.from(digests.join(''), 'hex')]);
  const ends = endsBefore(tensors);
  return {
    table,
    stored: {
      name,
      streams: { lengths: streams.lengths, widths: streams.widths, codecs: streams.codecs },
      blocks: { lengths: blocks.lengths },
      files: files.map(({ sha256: _, ...file }) => ({
        name: file.name,
        format: file.format,
        bytes: file.bytes,
        metadata: { ...file.metadata },
        streams: file.streams.map((stream) => stream - nextStream(stream)),
        starts: file.starts,
        lengths: file.lengths.map(
          (length, segment) => restOf(streams.lengths, file.streams[segment], file.starts[segment]) - length,
        ),
      })),
      tensors: {
        files: tensors.files,
        names: tensors.names,
        dtypes: tensors.dtypes,
        shapes: tensors.shapes,
        offsets: tensors.offsets.map((offset, tensor) => offset - (ends[tensor] ?? 0)),
        lengths: tensors.lengths,
        digests: repeats,
      },
      ...(bases && { bases: bases.map(({ sha256: _, ...base }) => base) }),
      ...(references && {
        references: { streams: references.streams, bases: references.bases, offsets: references.offsets },
      }),
      ...(inner && {
        inner: {
          tensors: inner.tensors,
          ...(inner.slices && { slices: inner.slices }),
          axes: inner.axes,
          orders: inner.orders,
          permutations: inner.permutations,
        },
      }),
      ...(approximation && { approximation: storedApproximation.strip().parse(approximation) }),
    },
  };
}

/** The inverse of {@link packIndex}. Throws where table and text do not fit each other, or a number is no count. */
export function unpackIndex(stored: StoredIndex, table: Uint8Array, { digestBytes, checksums }: TableForm): IndexText {
  const { streams, blocks, files, bases, approximation, ...others } = stored;
  const { digests: repeats, ...tensors } = stored.tensors;
  const bytes = Buffer.from(table.buffer, table.byteOffset, table.length);
  const sources = approximation ? files.length : 0;
  const whole = files.length + (bases?.length ?? 0) + sources;
  const ofTensors = repeats.map((repeat, tensor) => (repeat === 0 ? digestBytes(tensors.lengths[tensor] ?? 0) : 0));
  const ofBlocks = checksums === undefined ? checksumBytes * blocks.lengths.length : 0;
  const expected = ofBlocks + wholeDigest * whole + ofTensors.reduce((sum, length) => sum + length, 0);
  if (table.length !== expected) throw new Error(`${table.length} bytes of checksums and digests, not ${expected}`);
  let at = ofBlocks;
  const nextDigest = (length = wholeDigest): string => bytes.toString('hex', at, (at += length));
  const nextStream = counter();
  const unpackedFiles = files.map((file) => {
    const numbers = file.streams.map((difference) => {
      const stream = requireCount(nextStream.peek() + difference);
      nextStream(stream);
      return stream;
    });
    return {
      ...file,
      sha256: nextDigest(),
      streams: numbers,
      lengths: file.lengths.map((difference, segment) =>
        requireCount(restOf(streams.lengths, numbers[segment], file.starts[segment]) - difference),
      ),
    };
  });
  const unpackedBases = bases?.map((base) => ({ ...base, sha256: nextDigest() }));
  const unpackedApproximation = approximation && { ...approximation, sources: files.map(() => nextDigest()) };
  const sha256s: string[] = [];
  for (const [tensor, repeat] of repeats.entries()) {
    const sha256 = repeat === 0 ? nextDigest(ofTensors[tensor]) : sha256s[tensor - repeat];
    if (sha256 === undefined) throw new Error(`tensor ${tensor} repeats the digest of one ${repeat} before`);
    sha256s.push(sha256);
  }
  const offsets: number[] = [];
  tensors.offsets.forEach((difference, tensor) => {
    const isFirst = tensor === 0 || tensors.files[tensor] !== tensors.files[tensor - 1];
    const end = isFirst ? 0 : (offsets[tensor - 1] ?? 0) + (tensors.lengths[tensor - 1] ?? 0);
    offsets.push(requireCount(end + difference));
  });
  const crc32s = checksums ?? blocks.lengths.map((_, block) => bytes.readUInt32LE(checksumBytes * block));
  return {
    ...others,
    streams,
    blocks: { ...blocks, crc32s },
    files: unpackedFiles,
    tensors: { ...tensors, offsets, sha256s },
    ...(unpackedBases && { bases: unpackedBases }),
    ...(unpackedApproximation && { approximation: unpackedApproximation }),
  };
}

/** Gives the number after the highest that was seen before. */
export function counter(): { (number: number): number; peek(): number } {
  let next = 0;
  const take = (number: number): number => {
    const expected = next;
    next = Math.max(next, number + 1);
    return expected;
  };
  return Object.assign(take, { peek: () => next });
}

/** Bytes of a stream from `start` on. */
export function restOf(lengths: readonly number[], stream = 0, start = 0): number {
  return (lengths[stream] ?? 0) - start;
}

/** Where the tensor before each ends, in the same file. */
function endsBefore({ files, offsets, lengths }: IndexText['tensors']): readonly number[] {
  return files.map((file, tensor) =>
    tensor > 0 && files[tensor - 1] === file ? (offsets[tensor - 1] ?? 0) + (lengths[tensor - 1] ?? 0) : 0,
  );
}

export function requireCount(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${value} where a count must be`);
  return value;
}
