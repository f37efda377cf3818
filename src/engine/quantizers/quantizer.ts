import type { z } from 'zod';
import type { Stream, StreamShape } from '../codecs/codec.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { ElementType } from '../tensor/record.ts';
import type { Direction } from '../trellis/runs.ts';
import type { RoundedLines } from './lines.ts';
import type { StatisticsNeeds, TensorStatistics } from './statistics.ts';

/** How a tensor is seen: as a table of `rows` × `columns` numbers, row by row as they lie in the file. */
export interface Geometry {
  readonly rows: number;
  readonly columns: number;
  /** What shares an output channel: whole rows, whole columns, or nothing that is known. */
  readonly channels: 'rows' | 'columns' | 'none';
  /** Matrices that it is a stack of; absent: one. */
  readonly matrices?: number | undefined;
  /** Of so many rows each piece has some alone; absent: of all. */
  readonly stacked?: number | undefined;
}

/** Distances of lines that were found elsewhere: one for the tensor, or one for each of its rows or columns. */
export interface ToldSteps {
  readonly along: 'tensor' | 'rows' | 'columns';
  readonly steps: Float32Array;
  /** Present: numbers lie on the lines of a trellis that goes this way. */
  readonly direction?: Direction | undefined;
}

/** Codebooks that were found elsewhere, one behind another, each ascending and of `size` values; every number is in one of them. */
export interface ToldBooks {
  readonly size: number;
  readonly books: Float32Array;
}

/** What was found elsewhere of how a tensor is to be told. */
export type Told = ToldSteps | ToldBooks;

/** Some whole rows of a tensor, or a part of one row that is longer than a piece may be. */
export interface Piece extends Geometry {
  /** The numbers, row by row, all finite; nobody writes into them. */
  readonly values: Float32Array;
  readonly firstRow: number;
  /** Column of the first number; 0 unless the piece is a part of one row. */
  readonly firstColumn: number;
  /** The numbers at the same place of a base model, for methods that need them; they may be infinite or NaN. */
  readonly base?: Float32Array | undefined;
}

/** A stream of an approximated piece, coded exactly by codecs. */
export interface Part extends Stream {
  /** What its elements are, for the planner of codecs, and lengths that its rows may have. */
  readonly dtype?: ElementType;
  readonly rows?: readonly number[];
  /** Which way a trellis goes over rows, the elements being its codes. */
  readonly trellis?: Direction | undefined;
}

export interface Quantized {
  readonly header: Uint8Array;
  readonly parts: readonly Part[];
}

/** What a decoder knows of a piece from the archive. */
export interface PieceShape {
  readonly count: number;
  readonly columns: number;
  readonly firstColumn: number;
  /** As of {@link Piece}. */
  readonly base?: Float32Array | undefined;
}

/** How exact a method promises to be on a piece. */
export interface Bound {
  /** The most by which the number at `place` may change. */
  each(place: number): number;
}

/**
 * A way to say numbers with fewer bits: a piece of a tensor goes in, a header and streams of codes come out, and the way back
 * gives numbers that are near. It is the only kind of step that loses something. A method is a folder (`index.ts` binding,
 * `kernel.ts` loops, `kernel.as.ts` the same loops for WebAssembly where they are hot, `spec.md` for the decoder with the
 * bound of the error) and one line in `catalog.ts`.
 */
export interface Quantizer<Options = unknown, Parameters = unknown> {
  readonly id: string;
  readonly title: string;
  /** One plain sentence for people. */
  readonly summary: string;
  /** What a person must know before choosing it, with the measured figure. */
  readonly caution?: string;
  /** The number in archives, 64 to 127; never reused for another meaning. */
  readonly wireId: number;
  /** First archive version that can hold it. */
  readonly since: number;
  /** Every field with a title, a description, a range and a default: forms are drawn from it, and `{}` is valid. */
  readonly options: z.ZodType<Options>;
  /** Takes only tensors that a base model has as well; pieces and shapes then have a base. */
  readonly needsBase?: boolean;
  /** Why it cannot take a tensor of this geometry, in words; absent when it can. */
  refuses?(geometry: Geometry, options: Options): string | undefined;
  /** The options for tensors where errors spread furthest; default: the same. */
  finer?(options: Options): Options;
  /** Options from fine to coarse at which its size and error are shown, defaults left out; default: the defaults alone. */
  readonly ladder?: readonly Readonly<Record<string, unknown>>[];
  /** The options for other convolutions: their errors go on to the next layer, where those of a matrix often meet a sum or a norm. */
  forConvolutions?(options: Options): Options;
  /** The options for heads of language models, whose errors no later layer evens out: half as coarse, they halved what a small one lost. */
  forHeads?(options: Options): Options;
  /** Statistics that `plan` looks at besides the common ones. */
  readonly needs?: StatisticsNeeds;
  /** Whether `plan` looks at how the tensor differs from its base; only with {@link needsBase}. */
  measuresDifferences?(options: Options): boolean;
  /** What all pieces of a tensor share, as data that can cross threads; methods with lines or codebooks take them as `told`. Deterministic. */
  plan(geometry: Geometry, statistics: TensorStatistics, options: Options, told?: Told): Parameters;
  /** Returned parts may lie in `workspace` and live until the caller releases it. Deterministic, piece by piece. */
  quantize(piece: Piece, parameters: Parameters, workspace: Workspace): Quantized;
  /** The shapes of the parts, from the header alone. Throws `DamagedArchiveError`. */
  partShapes(header: Uint8Array, shape: PieceShape): readonly StreamShape[];
  /**
   * Fills `values` with `shape.count` numbers. Throws `DamagedArchiveError` on anything that `quantize` cannot have written;
   * never reads or writes out of bounds. What comes out of a damaged payload may be any number, NaN included.
   */
  dequantize(quantized: Quantized, shape: PieceShape, values: Float32Array, workspace: Workspace): void;
  /**
   * The lines to which the numbers of a piece are rounded, for a method that has such: where that is shorter, how the piece differs from
   * its base is rounded to lines as far apart.
   */
  linesOf?(piece: Piece, parameters: Parameters): RoundedLines | undefined;
  /** What `spec.md` promises, for the tests. */
  bound(piece: Piece, parameters: Parameters): Bound;
}

/** Keeps the types of a method while it is listed in the catalog. */
export function defineQuantizer<Options, Parameters>(
  quantizer: Quantizer<Options, Parameters>,
): Quantizer<Options, Parameters> {
  return quantizer;
}
