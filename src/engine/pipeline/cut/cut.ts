import { longestPeriod } from '../../codecs/range/model.ts';
import { streamWidth } from '../../codecs/stream-width.ts';
import type { FileLayout } from '../../formats/format.ts';
import { dtypeOfBigEndian } from '../../tensor/big-endian.ts';
import { isDType } from '../../tensor/dtype.ts';
import { dtypeOfNumpy } from '../../tensor/numpy-words.ts';
import { isRecordType, recordBytes } from '../../tensor/record.ts';
import { floatWidth } from '../../tensor/floats.ts';
import { piecesOf } from '../../quantizers/statistics.ts';
import type { PieceApproximation, TensorApproximation } from '../../quantizers/approximate.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { StreamKind } from '../../workers/protocol.ts';

/**
 * Tensors below this many bytes share a stream with their neighbours of the same dtype: a table of their own would not pay.
 * Numbers of one byte are quantized, each tensor with a range of its own, so that they are little alike.
 */
function tinyBytes(dtype: string): number {
  return isDType(dtype) && streamWidth(dtype) === 1 ? 1024 : 4 * 1024;
}

/**
 * Tensors below this many bytes are coded with the bytes around them: a stream and its place in the index would cost more
 * than they can save. At most the least length for which equal tensors are looked for.
 */
const smallBytes = 512;

/** A place in a file. */
export interface Place {
  readonly file: number;
  readonly offset: number;
}

/** A run of a file that becomes one stream of the archive, or refers to an equal tensor that was stored before. */
export interface Run extends Place {
  readonly length: number;
  readonly stream: StreamKind;
  /** Where in the model equal bytes stand that are stored already. */
  readonly equalTo?: Place;
  /** Present: the run is a piece of an approximated tensor, and a stream of one block. */
  readonly approximation?: PieceApproximation;
}

/** A run that is not final: neighbours that may be joined become one. */
interface Piece extends Run {
  readonly isJoinable: boolean;
}

/**
 * Cuts a file into runs that cover every byte of it once, in order: a tensor each, tiny neighbours together, and the bytes
 * between with the smallest tensors among them. `originals` gives the earlier equal of a tensor that has one, by offset;
 * `approximations` what becomes of a tensor that is approximated, which has a run for each of its pieces.
 *
 * @param mostTogether the most bytes of tiny tensors in one run: one block, so that one is found with one read
 */
export function cutFile(
  file: number,
  size: number,
  layout: FileLayout | undefined,
  originals: ReadonlyMap<number, Place>,
  mostTogether: number,
  approximations: ReadonlyMap<number, TensorApproximation> = new Map(),
): Run[] {
  const pieces: Piece[] = [];
  let end = 0;
  let tiny: { readonly dtype: string; readonly offset: number } | undefined;
  const add = (offset: number, length: number, stream: StreamKind, isBetween: boolean, equalTo?: Place): void => {
    const isJoinable = !equalTo && (isBetween || length < smallBytes);
    if (length > 0) pieces.push({ file, offset, length, stream, ...(equalTo && { equalTo }), isJoinable });
  };
  const flush = (): void => {
    if (tiny) add(tiny.offset, end - tiny.offset, streamKind(tiny.dtype, end - tiny.offset), false);
    tiny = undefined;
  };
  for (const tensor of layout?.tensors ?? []) {
    if (tensor.byteLength === 0) continue;
    const equalTo = originals.get(tensor.offset);
    const approximation = approximations.get(tensor.offset);
    if (approximation) {
      flush();
      add(end, tensor.offset - end, { width: 1 }, true);
      pieces.push(...approximateRuns(file, tensor, approximation, mostTogether, equalTo));
      end = tensor.offset + tensor.byteLength;
      continue;
    }
    const isTiny = tensor.byteLength < tinyBytes(tensor.dtype) && !equalTo;
    const continues =
      isTiny &&
      tiny?.dtype === tensor.dtype &&
      tensor.offset === end &&
      end + tensor.byteLength - tiny.offset <= mostTogether;
    if (!continues) {
      flush();
      add(end, tensor.offset - end, { width: 1 }, true);
      if (isTiny) tiny = { dtype: tensor.dtype, offset: tensor.offset };
      else add(tensor.offset, tensor.byteLength, tensorKind(tensor), false, equalTo);
    }
    end = tensor.offset + tensor.byteLength;
  }
  flush();
  add(end, size - end, { width: 1 }, true);
  return joinPieces(pieces, mostTogether);
}

function approximateRuns(
  file: number,
  tensor: TensorRange,
  approximation: TensorApproximation,
  mostBytes: number,
  equalTo: Place | undefined,
): Piece[] {
  const { geometry, dtype } = approximation;
  const { columns } = geometry;
  const width = floatWidth(dtype);
  return Array.from(piecesOf(geometry, mostBytes / width), ({ start, count }) => ({
    file,
    offset: tensor.offset + start * width,
    length: count * width,
    stream: streamKind(dtype, count * width),
    isJoinable: false,
    approximation: { ...approximation, firstRow: Math.floor(start / columns), firstColumn: start % columns },
    ...(equalTo && { equalTo: { file: equalTo.file, offset: equalTo.offset + start * width } }),
  }));
}

function joinPieces(pieces: readonly Piece[], mostTogether: number): Run[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const fits = last?.isJoinable && piece.isJoinable && last.length + piece.length <= mostTogether;
    if (fits) joined[joined.length - 1] = { ...last, length: last.length + piece.length, stream: { width: 1 } };
    else joined.push(piece);
  }
  return joined.map(({ isJoinable: _, ...run }) => run);
}

function tensorKind({ dtype, shape, byteLength }: TensorRange): StreamKind {
  const kind = streamKind(dtype, byteLength);
  const rows = rowLengths(shape, byteLength / kind.width);
  return rows.length > 0 && isDType(dtype) ? { ...kind, rows } : kind;
}

/**
 * Lengths of rows in elements of a stream: of the last extent, of the last two, and of all but the first. Which of them the numbers have
 * scales by, a shape does not tell: frameworks differ in where they keep the channels.
 */
function rowLengths(shape: readonly number[], elements: number): readonly number[] {
  const extents = shape.filter((extent) => extent > 1);
  const all = extents.reduce((product, extent) => product * extent, 1);
  const [first = 1, last = 1] = [extents[0], extents.at(-1)];
  if (extents.length < 2) return [];
  const lastTwo = extents.slice(-2).reduce((product, extent) => product * extent, 1);
  const lengths = [(elements * last) / all, (elements * lastTwo) / all, elements / first];
  return [...new Set(lengths)].filter((length) => Number.isInteger(length) && length > 1 && length <= longestPeriod);
}

/** What a run of `length` bytes of such a tensor is coded as. */
export function streamKind(dtype: string, length: number): StreamKind {
  if (isRecordType(dtype)) return length % recordBytes(dtype) === 0 ? { width: 1, dtype } : { width: 1 };
  const known = isDType(dtype) ? dtype : dtypeOfNumpy(dtype);
  const width = streamWidth(known ?? dtypeOfBigEndian(dtype));
  // A shape that disagrees with its bytes leaves an odd end; such a tensor is coded as bytes.
  if (length % width !== 0) return { width: 1 };
  return known === undefined ? { width } : { width, dtype: known };
}
