import { z } from 'zod';
import { DamagedArchiveError, UnsupportedInputError } from '../../errors.ts';
import code from '../../kernels/generated/float-fields.wasm.ts';
import { instantiate } from '../../kernels/load.ts';
import type { Workspace } from '../../kernels/workspace.ts';
import type { ElementType } from '../../tensor/record.ts';
import { type Codec, defineCodec, type Stream, type StreamShape } from '../codec.ts';
import { chooseBase } from './base.ts';
import {
  fieldShapes,
  type FieldsHeader,
  greatestResidualBits,
  leastResidualBits,
  readHeader,
  writeHeader,
} from './header.ts';
import { type FloatFieldsKernel, tileElements } from './kernel.ts';

export interface FloatFieldsOptions {
  readonly residualBits: number;
}

/** Raw bits worth trying, fastest first: the bare exponent, then exponents joined with mantissa bits. */
const candidates: Partial<Record<ElementType, readonly number[]>> = {
  BF16: [7, 6, 5, 4],
  F32: [7, 6, 5, 4],
  C64: [7, 6, 5, 4],
  F16: [7, 8, 6],
  F64: [4, 3],
  C128: [4, 3],
};
const widths: Partial<Record<ElementType, number>> = { BF16: 2, F16: 2, F32: 4, C64: 4, F64: 8, C128: 8 };

/** The codec over a given set of loops: the compiled ones, or the reference in tests. */
export function createFloatFields(kernelOf: (workspace: Workspace) => FloatFieldsKernel): Codec<FloatFieldsOptions> {
  return defineCodec({
    id: 'float-fields',
    title: 'Float fields',
    summary: 'Separates the predictable exponents of floating-point numbers from their noisy mantissas.',
    wireId: 3,
    since: 1,
    options: z.strictObject({
      residualBits: z.int().min(leastResidualBits).max(greatestResidualBits).meta({
        title: 'Raw mantissa bits',
        description: 'How many of the lower bits of the top 16 stay as they are; fewer pack better and decode slower.',
      }),
    }),

    accepts,

    propose({ sample, dtype, preset }) {
      if (dtype === undefined || sample.width !== widths[dtype]) return [];
      const values = candidates[dtype] ?? [];
      return (preset === 'quick' ? values.slice(0, 1) : values).map((residualBits) => ({ residualBits }));
    },

    decodeCost: ({ residualBits }) => (residualBits === 7 ? 0.06 : 0.08),

    encode(input, options, workspace) {
      if (!accepts(input, options))
        throw new UnsupportedInputError(
          `Float fields need elements of 2, 4 or 8 bytes and ${leastResidualBits} to ${greatestResidualBits} raw bits; ` +
            `these have ${input.width}, and ${options.residualBits} were asked for.`,
          { width: input.width, residualBits: options.residualBits },
        );
      return encodeFields(kernelOf(workspace), input, options.residualBits, workspace);
    },

    streamShapes(header, output) {
      return fieldShapes(readFor(header, output), output);
    },

    decode({ header, streams }, output, workspace, target) {
      const fields = readFor(header, output);
      const shapes = fieldShapes(fields, output);
      if (
        streams.length !== shapes.length ||
        streams.some(({ bytes }, index) => bytes.length !== shapes[index]?.length)
      )
        throw new DamagedArchiveError(
          `Float fields: streams of ${streams.map(({ bytes }) => bytes.length).join(', ')} bytes; ` +
            `${shapes.map(({ length }) => length).join(', ')} were expected.`,
        );
      return decodeFields(
        kernelOf(workspace),
        fields,
        streams,
        output,
        workspace,
        target ?? workspace.allocate(output.length),
      );
    },
  });
}

function accepts({ width }: Stream, { residualBits }: FloatFieldsOptions): boolean {
  const inRange = residualBits >= leastResidualBits && residualBits <= greatestResidualBits;
  return width > 1 && Number.isInteger(residualBits) && inRange;
}

function readFor(header: Uint8Array, { length, width }: StreamShape): FieldsHeader {
  if (width === 1 || length % width !== 0)
    throw new DamagedArchiveError(
      `Float fields: ${length} bytes of width ${width}; whole elements of 2, 4 or 8 exist.`,
    );
  return readHeader(header, length / width);
}

function encodeFields(kernel: FloatFieldsKernel, input: Stream, residualBits: number, workspace: Workspace) {
  const { width } = input;
  const count = input.bytes.length / width;
  const k = residualBits + 1;
  const source = workspace.place(input.bytes).byteOffset;
  const base = chooseBase(kernel, source, count, width, k, workspace);
  const [symbols, , residuals, ...planes] = fieldShapes(
    { residualBits, base, escapes: 0 },
    { ...input, length: input.bytes.length },
  ).map(({ length }) => workspace.allocate(length)) as [Uint8Array, Uint8Array, Uint8Array, ...Uint8Array[]];
  const mark = workspace.mark();
  const tops = width > 2 ? workspace.allocate(2 * tileElements).byteOffset : 0;
  const found = kernel.split(
    source,
    count,
    width,
    k,
    base,
    tops,
    symbols.byteOffset,
    residuals.byteOffset,
    ...planes.map((plane) => plane.byteOffset),
  );
  workspace.release(mark);
  const escapes = workspace.allocate(2 * found);
  if (found > 0) kernel.gather(source, count, width, k, symbols.byteOffset, escapes.byteOffset);
  const header = writeHeader({ residualBits, base, escapes: found });
  const streams: Stream[] = [symbols, escapes, residuals, ...planes].map((bytes) => ({ bytes, width: 1 }));
  streams[1] = { bytes: escapes, width: 2 };
  return { header, streams };
}

function decodeFields(
  kernel: FloatFieldsKernel,
  { residualBits, base, escapes }: FieldsHeader,
  streams: readonly Stream[],
  { length, width }: StreamShape,
  workspace: Workspace,
  target: Uint8Array,
): Uint8Array {
  const count = length / width;
  const k = residualBits + 1;
  const placed = streams.map(({ bytes }) => workspace.place(bytes));
  const [symbols, escaped, residuals, ...planes] = placed as [Uint8Array, Uint8Array, Uint8Array, ...Uint8Array[]];
  const used = (count * k) % 8;
  if (used !== 0 && (residuals.at(-1) ?? 0) >> used !== 0)
    throw new DamagedArchiveError('Float fields: bits are set behind the last residual.');
  const mark = workspace.mark();
  const tops = width > 2 ? workspace.allocate(2 * tileElements).byteOffset : 0;
  const summary = kernel.join(
    target.byteOffset,
    count,
    width,
    k,
    base,
    tops,
    symbols.byteOffset,
    residuals.byteOffset,
    ...planes.map((plane) => plane.byteOffset),
  );
  workspace.release(mark);
  const greatest = (summary & 255) - 1;
  if (greatest > 2 ** (16 - k) - base)
    throw new DamagedArchiveError(`Float fields: symbol ${greatest} is beyond the field's ${16 - k} bits.`);
  const hasEscapes = summary >= 256;
  if (!hasEscapes && escapes === 0) return target;
  const found = kernel.scatter(
    target.byteOffset,
    count,
    width,
    k,
    base,
    symbols.byteOffset,
    escaped.byteOffset,
    escapes,
  );
  if (found !== escapes)
    throw new DamagedArchiveError(`Float fields: the escapes do not fit the symbols; the header counts ${escapes}.`);
  return target;
}

export const floatFields = createFloatFields(({ memory }) => instantiate(code, memory) as unknown as FloatFieldsKernel);
