import { z } from 'zod';
import {
  count,
  counter,
  counts,
  differences,
  optionalTables,
  requireCount,
  restOf,
  shapes,
  texts,
  width,
  widths,
  type StoredIndex,
} from './stored-index.ts';

// A column whose rows are all the same is that one value.
const textOrTexts = z.union([z.string(), texts]);
const widthOrWidths = z.union([width, widths]);

/** The text of an index, without what follows from the rest: columns of zeros, names and lengths told elsewhere. See `spec.md`. */
const compactSchema = z.strictObject({
  name: z.string(),
  files: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        format: z.string().optional(),
        metadata: z.record(z.string(), z.string()).optional(),
        segments: count.optional(),
        streams: differences.optional(),
        starts: counts.optional(),
        lengths: differences.optional(),
      }),
    )
    .default([{}]),
  streams: z.strictObject({ lengths: counts, widths: widthOrWidths.default(1), codecs: textOrTexts }),
  blocks: counts.default([]),
  tensors: z
    .strictObject({
      files: counts.optional(),
      names: texts,
      dtypes: textOrTexts,
      shapes,
      offsets: differences.optional(),
      lengths: differences.optional(),
      digests: counts.optional(),
    })
    .default({ names: [], dtypes: [], shapes: [] }),
  ...optionalTables,
});

export type CompactIndex = z.input<typeof compactSchema>;

const usualFormat = 'bytes';

/** Leaves out of an index whatever {@link expandIndex} can tell from the rest. */
export function compactIndex(stored: StoredIndex): CompactIndex {
  const { name, streams, blocks, files, tensors, ...others } = stored;
  const nextStream = counter();
  const compactFiles = files.map((file) => {
    const usualSegments = streams.lengths.length - nextStream.peek();
    for (const difference of file.streams) nextStream(nextStream.peek() + difference);
    return {
      ...(file.name !== name && { name: file.name }),
      ...(file.format !== usualFormat && { format: file.format }),
      ...(Object.keys(file.metadata).length > 0 && { metadata: file.metadata }),
      ...(file.streams.length !== usualSegments && { segments: file.streams.length }),
      ...unlessZeros('streams', file.streams),
      ...unlessZeros('starts', file.starts),
      ...unlessZeros('lengths', file.lengths),
    };
  });
  const [first] = compactFiles;
  const isUsual = compactFiles.length === 1 && first !== undefined && Object.keys(first).length === 0;
  const expected = expectLengths(tensors);
  const lengths = tensors.lengths.map((length, tensor) => length - expected(tensor, length));
  const widths = merged(streams.widths);
  return {
    name,
    ...(!isUsual && { files: compactFiles }),
    streams: { lengths: streams.lengths, ...(widths !== 1 && { widths }), codecs: merged(streams.codecs) },
    ...(blocks.lengths.length > 1 && { blocks: blocks.lengths.slice(0, -1) }),
    ...(tensors.names.length > 0 && {
      tensors: {
        ...unlessZeros('files', tensors.files),
        names: tensors.names,
        dtypes: merged(tensors.dtypes),
        shapes: tensors.shapes,
        ...unlessZeros('offsets', tensors.offsets),
        ...unlessZeros('lengths', lengths),
        ...unlessZeros('digests', tensors.digests),
      },
    }),
    ...others,
  };
}

/** The inverse of {@link compactIndex}, for blocks of `blocksBytes` together. Throws where it is none, or its parts do not fit each other. */
export function expandIndex(compact: CompactIndex, blocksBytes: number): StoredIndex {
  const { name, streams, blocks, files, tensors, ...others } = compactSchema.parse(compact);
  const many = streams.lengths.length;
  const nextStream = counter();
  const expandedFiles = files.map((file) => {
    const segments = file.streams?.length ?? file.segments ?? many - nextStream.peek();
    if (segments > many && file.streams === undefined) throw new Error(`${segments} segments of ${many} streams`);
    const numbers = (file.streams ?? zeros(segments)).map((difference) => {
      const stream = requireCount(nextStream.peek() + difference);
      nextStream(stream);
      return stream;
    });
    const starts = file.starts ?? zeros(segments);
    const lengths = file.lengths ?? zeros(segments);
    const bytes = numbers.reduce(
      (sum, stream, segment) => sum + restOf(streams.lengths, stream, starts[segment]) - (lengths[segment] ?? 0),
      0,
    );
    return {
      name: file.name ?? name,
      format: file.format ?? usualFormat,
      bytes: requireCount(bytes),
      metadata: file.metadata ?? {},
      streams: file.streams ?? zeros(segments),
      starts,
      lengths,
    };
  });
  const rows = tensors.names.length;
  const dtypes = spread(tensors.dtypes, rows);
  const expected = expectLengths({ dtypes, shapes: tensors.shapes });
  const lengths = (tensors.lengths ?? zeros(rows)).map((difference, tensor) => {
    const length = requireCount(expected(tensor) + difference);
    expected(tensor, length);
    return length;
  });
  const last = many > 0 ? [requireCount(blocks.reduce((rest, length) => rest - length, blocksBytes))] : [];
  return {
    name,
    files: expandedFiles,
    streams: {
      lengths: streams.lengths,
      widths: spread(streams.widths, many),
      codecs: spread(streams.codecs, many),
    },
    blocks: { lengths: [...blocks, ...last] },
    tensors: {
      files: tensors.files ?? zeros(rows),
      names: tensors.names,
      dtypes,
      shapes: tensors.shapes,
      offsets: tensors.offsets ?? zeros(rows),
      lengths,
      digests: tensors.digests ?? zeros(rows),
    },
    ...others,
  };
}

/**
 * How many bytes a tensor is expected to have: what the last one of the same dtype had, for as many elements; for the first, as many
 * bits an element as the first number in the dtype's word. Told a tensor's `length` as well, it expects that of the next.
 */
function expectLengths({
  dtypes,
  shapes,
}: Pick<StoredIndex['tensors'], 'dtypes' | 'shapes'>): (tensor: number, length?: number) => number {
  const known = new Map<string, { readonly elements: number; readonly length: number }>();
  return (tensor, length) => {
    const dtype = dtypes[tensor] ?? '';
    const elements = (shapes[tensor] ?? []).reduce((product, extent) => product * extent, 1);
    const before = known.get(dtype) ?? { elements: 8, length: Number(/\d{1,3}/.exec(dtype)?.[0] ?? 8) };
    const product = before.length * elements;
    if (length !== undefined && elements > 0 && Number.isSafeInteger(elements)) known.set(dtype, { elements, length });
    return Number.isSafeInteger(product) ? Math.floor(product / before.elements) : 0;
  };
}

function unlessZeros<Name extends string>(
  name: Name,
  rows: readonly number[],
): { readonly [name in Name]?: readonly number[] } {
  return rows.every((row) => row === 0) ? {} : ({ [name]: rows } as { readonly [name in Name]: readonly number[] });
}

function zeros(length: number): number[] {
  return Array<number>(length).fill(0);
}

/** The one value of all rows, if there are any. */
function merged<Row>(rows: readonly Row[]): Row | readonly Row[] {
  const [first] = rows;
  return first !== undefined && rows.every((row) => row === first) ? first : rows;
}

/** The inverse of {@link merged}, for `length` rows. */
function spread<Row extends string | number>(rows: Row | readonly Row[], length: number): readonly Row[] {
  return typeof rows === 'object' ? rows : Array<Row>(length).fill(rows);
}
