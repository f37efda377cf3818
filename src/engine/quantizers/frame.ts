import type { Codec, StreamShape } from '../codecs/codec.ts';
import { readVarint, varintLength, writeVarint } from '../codecs/varint.ts';
import { DamagedArchiveError } from '../errors.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { decodeFloats, encodeFloats, floatWidth, type FloatDType } from '../tensor/floats.ts';
import type { PieceShape, Quantizer } from './quantizer.ts';

/** The number of each dtype in the header of an approximated piece; the order is part of the format. */
export const pieceDTypes = [
  'F64',
  'F32',
  'F16',
  'BF16',
  'F8_E4M3',
  'F8_E5M2',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ',
] as const satisfies readonly FloatDType[];

export type PieceDType = (typeof pieceDTypes)[number];

export function isPieceDType(dtype: string): dtype is PieceDType {
  return (pieceDTypes as readonly string[]).includes(dtype);
}

/** What every method's header begins with: the dtype of the piece, the length of a row, and where in a row it begins. */
interface PieceFrame {
  readonly dtype: PieceDType;
  readonly columns: number;
  readonly firstColumn: number;
}

/** A method's header with the frame before it. */
export function writeFrame({ dtype, columns, firstColumn }: PieceFrame, header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + varintLength(columns) + varintLength(firstColumn) + header.length);
  bytes[0] = pieceDTypes.indexOf(dtype);
  const at = writeVarint(bytes, writeVarint(bytes, 1, columns), firstColumn);
  bytes.set(header, at);
  return bytes;
}

function readFrame(
  bytes: Uint8Array,
  { length, width }: StreamShape,
): PieceFrame & { shape: PieceShape; rest: Uint8Array } {
  const dtype = pieceDTypes[bytes[0] ?? 255];
  if (dtype === undefined || floatWidth(dtype) !== width)
    throw new DamagedArchiveError(`An approximated piece claims dtype ${bytes[0]} in a stream of width ${width}.`);
  const { value: columns, end } = readVarint(bytes, 1, bytes.length);
  const { value: firstColumn, end: at } = readVarint(bytes, end, bytes.length);
  const count = length / width;
  const isPart = firstColumn > 0 || count < columns;
  if (columns === 0 || (isPart ? firstColumn + count > columns : count % columns !== 0))
    throw new DamagedArchiveError(`A piece of ${count} numbers claims rows of ${columns} from column ${firstColumn}.`);
  return { dtype, columns, firstColumn, shape: { count, columns, firstColumn }, rest: bytes.subarray(at) };
}

/** The half of a codec that decodes. */
export type Decoder = Pick<Codec, 'id' | 'wireId' | 'finalOutput' | 'needsReference' | 'streamShapes' | 'decode'>;

/** A method as the root of a codec tree: its parts are the streams below, its numbers become elements of the old dtype. */
export function decoderOf(quantizer: Quantizer): Decoder {
  return {
    id: quantizer.id,
    wireId: quantizer.wireId,
    ...(quantizer.needsBase && { needsReference: true }),
    streamShapes(header, output) {
      const { shape, rest } = readFrame(header, output);
      return quantizer.partShapes(rest, shape);
    },
    decode({ header, streams }, output, workspace, target = workspace.allocate(output.length)) {
      const { dtype, shape, rest } = readFrame(header, output);
      const values = allocateFloats(shape.count, workspace);
      const base = quantizer.needsBase ? baseNumbers(dtype, output, workspace) : undefined;
      quantizer.dequantize({ header: rest, parts: streams }, { ...shape, base }, values, workspace);
      return encodeNumbers(dtype, values, target);
    },
  };
}

function baseNumbers(dtype: PieceDType, { length, reference }: StreamShape, workspace: Workspace): Float32Array {
  if (reference?.length !== length)
    throw new DamagedArchiveError(`A difference of ${length} bytes has ${reference?.length ?? 0} bytes of a base.`);
  return decodeFloats(dtype, reference, allocateFloats(length / floatWidth(dtype), workspace));
}

/** The largest finite number of dtypes that would make an infinity of what is larger. */
const largest: Readonly<Partial<Record<PieceDType, number>>> = {
  F64: 3.4028234663852886e38,
  F32: 3.4028234663852886e38,
  BF16: 3.3895313892515355e38,
  F16: 65_504,
};

/** Numbers as elements of the old dtype; none becomes infinite by being approximated. Changes `values` accordingly. */
export function encodeNumbers(dtype: PieceDType, values: Float32Array, target: Uint8Array): Uint8Array {
  const most = largest[dtype];
  if (most !== undefined)
    for (let place = 0; place < values.length; place++) {
      const value = values[place] ?? 0;
      if (value > most) values[place] = most;
      else if (value < -most) values[place] = -most;
    }
  return encodeFloats(dtype, values, target);
}

/** Room for numbers in the workspace. */
export function allocateFloats(count: number, workspace: Workspace): Float32Array {
  const bytes = workspace.allocate(4 * count);
  return new Float32Array(bytes.buffer, bytes.byteOffset, count);
}
