import type { CodecNode } from '../codecs/codec.ts';
import { encodePayload, writePayload } from '../codecs/graph.ts';
import { codedPayload, storedPayload } from '../codecs/payload.ts';
import { UsageError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { decodeFloats, floatWidth } from '../tensor/floats.ts';
import { quantizerById } from './catalog.ts';
import { delta, type DeltaParameters } from './delta/index.ts';
import { allocateFloats, encodeNumbers, writeFrame, type PieceDType } from './frame.ts';
import type { RoundedLines } from './lines.ts';
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
  /** The same place of a base model, for methods that need one and for those with lines. */
  readonly base?: Uint8Array | undefined;
}

/** Chooses the codecs of a part. */
export type PlanPart = (part: Part) => CodecNode;

/**
 * Codes the numbers of `bytes` approximately into `output`, and puts the bytes that a decoder will make of it in their place:
 * what is proved, hashed and restored from here on are those. With `prepared` bytes those are quantized, and the loss is
 * still that from `bytes`. With a base, a method that rounds to lines rounds the differences to it, where that takes fewer bytes; prepared
 * numbers are on lines already, and stay there. Deterministic.
 */
export function approximatePiece(
  bytes: Uint8Array,
  approximation: PieceApproximation,
  output: Uint8Array,
  workspace: Workspace,
  planPart: PlanPart,
  { prepared = bytes, base }: OtherBytes = {},
): ApproximatedPiece {
  const { dtype, parameters, nodes } = approximation;
  const method = requireQuantizer(approximation.quantizer);
  const own = readPiece(prepared, approximation, workspace);
  const before = prepared === bytes ? own.values : readPiece(bytes, approximation, workspace).values;
  const lines = base && prepared === bytes ? method.linesOf?.(own, parameters) : undefined;
  const place: Place = { dtype, bytes, output };
  const other = lines && base && differenceOf(own, base, lines, place, workspace, planPart);
  const piece = method.needsBase && base ? { ...own, base: numbersOf(base, dtype, workspace) } : own;
  const { storedLength, restored } = codePiece(piece, { method, parameters, nodes }, place, workspace, planPart);
  if (!other || other.storedLength >= storedLength) return { storedLength, loss: measureLoss(before, restored) };
  output.set(other.output.subarray(0, other.storedLength));
  bytes.set(other.bytes);
  return { storedLength: other.storedLength, loss: measureLoss(before, decodeFloats(dtype, bytes, restored)) };
}

/** Where a coded piece, and what it restores to, are put. */
interface Place {
  readonly dtype: PieceDType;
  readonly bytes: Uint8Array;
  readonly output: Uint8Array;
}

interface Coding {
  readonly method: Quantizer;
  readonly parameters: unknown;
  readonly nodes?: readonly CodecNode[] | undefined;
}

/** How a piece differs from its base, on these lines, in room of its own. */
function differenceOf(
  piece: Piece,
  base: Uint8Array,
  lines: RoundedLines,
  { dtype, bytes }: Place,
  workspace: Workspace,
  planPart: PlanPart,
): Place & { readonly storedLength: number } {
  const place = { dtype, bytes: workspace.allocate(bytes.length), output: workspace.allocate(bytes.length + 1) };
  const mark = workspace.mark();
  const parameters: DeltaParameters = { kind: 'lines', lines };
  const against = { ...piece, base: numbersOf(base, dtype, workspace) };
  const coding = { method: requireQuantizer(delta.id), parameters };
  const { storedLength } = codePiece(against, coding, place, workspace, planPart);
  workspace.release(mark);
  return { ...place, storedLength };
}

function codePiece(
  piece: Piece,
  { method, parameters, nodes }: Coding,
  { dtype, bytes, output }: Place,
  workspace: Workspace,
  planPart: PlanPart,
): { readonly storedLength: number; readonly restored: Float32Array } {
  const { values, columns, firstColumn, base } = piece;
  const { header, parts } = method.quantize(piece, parameters, workspace);
  const framed = writeFrame({ dtype, columns, firstColumn }, header);
  const children = parts.map((part, place) => encodePayload(nodes?.[place] ?? planPart(part), part, workspace).payload);

  const shape = { count: values.length, columns, firstColumn, base };
  const restored = allocateFloats(shape.count, workspace);
  method.dequantize({ header, parts }, shape, restored, workspace);
  encodeNumbers(dtype, restored, bytes);
  decodeFloats(dtype, bytes, restored);

  const coded = codedPayload(method.wireId, framed, children);
  const payload = coded.byteLength <= bytes.length ? coded : storedPayload(bytes);
  return { storedLength: writePayload(payload, output, workspace), restored };
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
