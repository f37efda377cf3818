import type { CodecNode } from '../codecs/codec.ts';
import { encodePayload, writePayload } from '../codecs/graph.ts';
import { codedPayload, storedPayload } from '../codecs/payload.ts';
import { UsageError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { decodeFloats, floatWidth } from '../tensor/floats.ts';
import { quantizerById } from './catalog.ts';
import { allocateFloats, encodeNumbers, writeFrame, type PieceDType } from './frame.ts';
import { measureLoss, type LossSums } from './loss.ts';
import type { Geometry, Part, Piece, Quantizer, Told } from './quantizer.ts';
import type { TensorStatistics } from './statistics.ts';

/** How one tensor is approximated: everything that its pieces share. Plain data. */
export interface TensorApproximation {
  readonly geometry: Geometry;
  readonly quantizer: string;
  readonly dtype: PieceDType;
  /** What the method's `plan` gave. */
  readonly parameters: unknown;
  /** The codec trees of the parts; absent: planned piece by piece. */
  readonly nodes?: readonly CodecNode[] | undefined;
  /** Where other numbers for the tensor begin, in its dtype, that are quantized in place of its own. */
  readonly prepared?: { readonly descriptor: number; readonly offset: number } | undefined;
}

/** One piece to be approximated. */
export interface PieceApproximation extends TensorApproximation {
  readonly firstRow: number;
  readonly firstColumn: number;
}

export interface ApproximatedPiece {
  readonly storedLength: number;
  readonly loss: LossSums;
}

/** Other bytes for a piece, as many as its own. */
export interface OtherBytes {
  /** What is quantized in place of its own numbers. */
  readonly prepared?: Uint8Array | undefined;
  /** The same place of a base model. */
  readonly base?: Uint8Array | undefined;
}

/** Chooses the codecs of a part. */
export type PlanPart = (part: Part) => CodecNode;

/**
 * Codes the numbers of `bytes` approximately into `output`, and puts the bytes that a decoder will make of it in their place:
 * what is proved, hashed and restored from here on are those. With `prepared` bytes those are quantized, and the loss is
 * still that from `bytes`. Deterministic.
 */
export function approximatePiece(
  bytes: Uint8Array,
  approximation: PieceApproximation,
  output: Uint8Array,
  workspace: Workspace,
  planPart: PlanPart,
  { prepared = bytes, base }: OtherBytes = {},
): ApproximatedPiece {
  const { dtype, geometry, nodes } = approximation;
  const quantizer = requireQuantizer(approximation.quantizer);
  const baseValues = base && numbersOf(base, dtype, workspace);
  const piece = { ...readPiece(prepared, approximation, workspace), base: baseValues };
  const before = prepared === bytes ? piece.values : readPiece(bytes, approximation, workspace).values;
  const { header, parts } = quantizer.quantize(piece, approximation.parameters, workspace);
  const framed = writeFrame({ dtype, columns: geometry.columns, firstColumn: piece.firstColumn }, header);
  const children = parts.map((part, place) => encodePayload(nodes?.[place] ?? planPart(part), part, workspace).payload);

  const { values, firstColumn } = piece;
  const shape = { count: values.length, columns: geometry.columns, firstColumn, base: baseValues };
  const restored = allocateFloats(shape.count, workspace);
  quantizer.dequantize({ header, parts }, shape, restored, workspace);
  encodeNumbers(dtype, restored, bytes);
  decodeFloats(dtype, bytes, restored);

  const coded = codedPayload(quantizer.wireId, framed, children);
  const payload = coded.byteLength <= bytes.length ? coded : storedPayload(bytes);
  const storedLength = writePayload(payload, output, workspace);
  return { storedLength, loss: measureLoss(before, restored) };
}

/** The codec trees for the parts of a tensor, chosen on a run of its rows. */
export function planParts(
  bytes: Uint8Array,
  approximation: PieceApproximation,
  workspace: Workspace,
  planPart: PlanPart,
): readonly CodecNode[] {
  const quantizer = requireQuantizer(approximation.quantizer);
  const { parts } = quantizer.quantize(readPiece(bytes, approximation, workspace), approximation.parameters, workspace);
  return parts.map(planPart);
}

/** What all pieces of a tensor share, by its method. */
export function parametersOf({
  quantizer,
  options,
  geometry,
  statistics,
  told,
}: {
  readonly quantizer: string;
  readonly options: unknown;
  readonly geometry: Geometry;
  readonly statistics: TensorStatistics;
  readonly told?: Told | undefined;
}): unknown {
  const method = requireQuantizer(quantizer);
  return method.plan(geometry, statistics, method.options.parse(options), told);
}

function readPiece(bytes: Uint8Array, approximation: PieceApproximation, workspace: Workspace): Piece {
  const { dtype, geometry, firstRow, firstColumn } = approximation;
  return { ...geometry, values: numbersOf(bytes, dtype, workspace), firstRow, firstColumn };
}

function numbersOf(bytes: Uint8Array, dtype: PieceDType, workspace: Workspace): Float32Array {
  return decodeFloats(dtype, bytes, allocateFloats(Math.floor(bytes.length / floatWidth(dtype)), workspace));
}

function requireQuantizer(id: string): Quantizer {
  const quantizer = quantizerById(id);
  if (quantizer === undefined) throw new UsageError(`There is no approximate method "${id}".`, { method: id });
  return quantizer;
}
