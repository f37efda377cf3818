import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { countBlocks, eachBlock, perStep, shapeOf } from '../blocks.ts';
import { joinBytes } from '../bytes.ts';
import { defineQuantizer, type Piece } from '../quantizer.ts';
import { plainRoom, readSteps, stepsHeaderBytes, writeSteps, type StepRoom, type Steps } from '../steps.ts';
import { fromPlaces, nearestPlace, placesBound, tablePlaces, type ValueTable } from '../table.ts';
import { exponentsOf, floatTable, mostBits } from './formats.ts';

const options = z.strictObject({
  bits: z
    .int()
    .min(3)
    .max(mostBits)
    .default(8)
    .meta({ title: 'Bits', description: 'Bits of a number, its sign among them, before coding makes it shorter.' }),
  exponent: z.int().min(0).max(5).default(0).meta({
    title: 'Exponent bits',
    description: 'How many of the bits tell a power of two; 0 searches for each row.',
  }),
});

interface Parameters {
  readonly bits: number;
  /** The numbers of exponent bits that may be taken. */
  readonly exponents: readonly number[];
}

/** Shares of the largest magnitude of a row that are tried as the largest number of the format: what a bias can be. */
const shares = Array.from({ length: 9 }, (_, place) => 1 - place / 16);
/** Numbers of a row that the search looks at. */
const looked = 256;

export const float = defineQuantizer<z.infer<typeof options>, Parameters>({
  id: 'float',
  title: 'Small floats',
  summary:
    'Stores each weight as a float of 8 bits or fewer, with the exponent bits and the bias that suit its row best.',
  caution: 'Coded, an even grid is smaller at the same error; small floats are for weights of very different sizes.',
  wireId: 70,
  since: 2,
  options,
  finer: (given) => ({ ...given, bits: mostBits }),
  plan: (_geometry, _statistics, { bits, exponent }) => ({
    bits,
    exponents: exponent === 0 ? exponentsOf(bits) : [Math.min(exponent, bits - 2)],
  }),

  quantize(piece, parameters, workspace) {
    const { steps, exponents } = search(piece, parameters, workspace);
    const { header, part, steps: scales } = steps;
    const tables = tablesOf(parameters.bits);
    const places = tablePlaces(piece, { block: 0, scales, table: (row) => tables(exponents[row]) }, workspace);
    return {
      header: joinBytes(Uint8Array.of(parameters.bits), header),
      parts: [part, { bytes: exponents, width: 1, dtype: 'U8' }, { ...places, rows: [piece.columns] }],
    };
  },

  partShapes(header, shape) {
    const bits = header[0] ?? 0;
    if (header.length !== 1 + stepsHeaderBytes || bits < 3 || bits > mostBits)
      throw new DamagedArchiveError(`Floats of ${bits} bits in a header of ${header.length} bytes.`);
    const rows = countBlocks(shape, 0);
    return [
      { length: 2 * rows, width: 2 },
      { length: rows, width: 1 },
      { length: shape.count, width: 1 },
    ];
  },

  dequantize({ header, parts: [stepPart, exponentPart, places] }, shape, values) {
    const bits = header[0] ?? 0;
    const known = exponentsOf(bits);
    const exponents = exponentPart?.bytes ?? new Uint8Array();
    for (const exponent of exponents)
      if (!known.includes(exponent))
        throw new DamagedArchiveError(`Floats of ${bits} bits, ${exponent} of them in the exponent.`);
    const tables = tablesOf(bits);
    const scales = readSteps(header, 1, stepPart);
    fromPlaces(places, shape, { block: 0, scales, table: (row) => tables(exponents[row]) }, values);
  },

  bound(piece, parameters) {
    const { steps, exponents } = search(piece, parameters, plainRoom);
    const tables = tablesOf(parameters.bits);
    return placesBound(piece, { block: 0, scales: steps.steps, table: (row) => tables(exponents[row]) });
  },
});

/** Tables by exponent bits, each made when it is first asked for. */
function tablesOf(bits: number): (exponent: number | undefined) => ValueTable {
  const made = new Map<number, ValueTable>();
  return (exponent = 1) => {
    const table = made.get(exponent) ?? floatTable(bits, exponent);
    made.set(exponent, table);
    return table;
  };
}

/** The largest number and the exponent bits of each row that leave the least squared error on some of its numbers. */
function search(
  piece: Piece,
  { bits, exponents }: Parameters,
  room: StepRoom,
): { readonly steps: Steps; readonly exponents: Uint8Array } {
  const shape = shapeOf(piece);
  const wanted = new Float32Array(countBlocks(shape, 0));
  const chosen = new Uint8Array(wanted.length);
  const tables = tablesOf(bits);
  eachBlock(shape, 0, (start, end, row) => {
    const numbers = piece.values.subarray(start, end);
    const most = numbers.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
    let least = Infinity;
    for (const share of shares) {
      const scale = most * share;
      const clipped = clippedError(numbers, scale);
      for (const exponent of exponents) {
        const error = clipped + roundedError(numbers, scale, tables(exponent));
        if (error < least) [least, wanted[row], chosen[row]] = [error, scale, exponent];
      }
    }
  });
  return { steps: writeSteps(wanted, room), exponents: chosen };
}

/** The squared error of all numbers that are beyond `scale`. */
function clippedError(numbers: Float32Array, scale: number): number {
  let error = 0;
  for (let at = 0; at < numbers.length; at++) {
    const beyond = Math.abs(numbers[at] ?? 0) - scale;
    if (beyond > 0) error += beyond * beyond;
  }
  return error;
}

/** About the squared error of all others, from some of them. */
function roundedError(numbers: Float32Array, scale: number, table: ValueTable): number {
  const factor = perStep(scale);
  const stride = Math.max(1, numbers.length / looked);
  let error = 0;
  for (let next = 0; next < numbers.length; next += stride) {
    const number = (numbers[Math.floor(next)] ?? 0) * factor;
    if (Math.abs(number) <= 1) error += (number - (table.values[nearestPlace(table, number)] ?? 0)) ** 2;
  }
  return error * stride * scale * scale;
}
