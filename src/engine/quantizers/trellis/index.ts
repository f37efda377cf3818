import { z } from 'zod';
import { DamagedArchiveError } from '../../errors.ts';
import { readVarint, varintLength, writeVarint } from '../../codecs/varint.ts';
import { joinBytes } from '../bytes.ts';
import { codeShapes, readCodes, writeCodes } from '../codes.ts';
import {
  countSteps,
  finerLines,
  lineLadder,
  lineOptions,
  planLines,
  readLayout,
  readLines,
  roundedUp,
  stepParts,
  stepsOf,
  type Layout,
  type Lines,
} from '../lines.ts';
import { defineQuantizer, type Part, type PieceShape } from '../quantizer.ts';
import { evenPrices, lineOf, next, pricesOf, Trellis, type Prices } from './kernel.ts';

const options = z.strictObject({
  ...lineOptions,
  rate: z.number().min(0).max(4).default(1).meta({
    title: 'Short codes',
    description: 'How much the lengths of codes count against the distances of weights from their lines; 0 not at all.',
  }),
});

type Options = z.infer<typeof options>;

interface Parameters extends Lines {
  readonly prices: Prices;
  /** What a bit counts, in squares of half a step. */
  readonly weight: number;
}

/** What a bit is worth where rate and distortion trade evenly, with a grid of whole steps, and the share that suits a trellis. */
const evenWeight = (0.7 * 4 * Math.LN2) / 6;
/** Numbers of a sample that prices are learned from, and how often: each time the ways are those of the prices before. */
const learnedFrom = 16_384;
const rounds = 3;

export const trellis = defineQuantizer<Options, Parameters>({
  id: 'trellis',
  title: 'Grid with a trellis',
  summary: 'Rounds weights to two interleaved grids that take turns, so that the same number of bits comes nearer.',
  caution:
    'Weights are nearer, outputs of layers need not be: the grid makes the errors of a row cancel out, so that for equal errors of outputs the matrices of a reader of digits took from 5 % less to 31 % more with the trellis. It suits tables, whose rows are taken alone.',
  wireId: 89,
  since: 2,
  options,
  ladder: lineLadder,
  needs: { columns: 'channels', sample: true },
  finer: finerLines(0.5),
  forConvolutions: finerLines(0.6),

  plan(geometry, statistics, asked, told) {
    const lines = planLines(geometry, statistics, { ...asked, step: 0 }, told);
    const { sample = new Float32Array(), squares, count } = statistics;
    const weight = asked.rate * evenWeight;
    const usual = lines.relative * Math.sqrt(squares / Math.max(1, count));
    const step = lines.steps ? lines.steps.reduce((sum, one) => sum + one, 0) / lines.steps.length : usual;
    return { ...lines, weight, prices: learnPrices(sample.subarray(0, learnedFrom), step, weight) };
  },

  quantize(piece, parameters, workspace) {
    const { values } = piece;
    const { layout, prices, weight } = parameters;
    const { header, steps, part } = stepParts(layout, stepsOf(piece, parameters), workspace);
    const codes = new Int32Array(values.length);
    const parities = new Uint8Array(values.length);
    const ways = new Trellis();
    eachWay(layout, piece, values.length, (start, end, first) => {
      const perHalf = (at: number): number => {
        const step = steps[layout === 'columns' ? first + at - start : first] ?? 0;
        return step > 0 ? 2 / step : 0;
      };
      ways.run(values, start, end, perHalf, prices, weight, codes, parities);
    });
    const odd = parities.reduce((sum, parity) => sum + parity, 0);
    const sets = [0, 1].map((set) =>
      writeCodes(
        codes.filter((_, at) => parities[at] === set),
        workspace,
      ),
    );
    const many = new Uint8Array(varintLength(odd));
    writeVarint(many, 0, odd);
    return {
      header: joinBytes(header, many, ...sets.map((set) => set.header)),
      parts: [...part, ...sets.flatMap(({ parts }) => parts)],
    };
  },

  partShapes(header, shape) {
    const { layout, sets, end } = readSets(header, shape.count);
    if (end !== header.length)
      throw new DamagedArchiveError(`${header.length - end} bytes follow the header of a trellis.`);
    const steps = countSteps(layout, shape);
    const shapes = sets.flatMap(({ shapes }) => shapes);
    return layout === 'tensor' ? shapes : [{ length: 2 * steps, width: 2 }, ...shapes];
  },

  dequantize({ header, parts }, shape, values, workspace) {
    const { layout, steps, rest } = readLines<Part>(header, parts);
    const { sets } = readSets(header, shape.count);
    const codes = sets.map(({ at }, set) => readCodes(header, at, rest.slice(2 * set, 2 * set + 2), workspace));
    const taken = [0, 0];
    eachWay(layout, shape, shape.count, (start, end, first) => {
      let state = 0;
      for (let at = start; at < end; at++) {
        const set = state & 1;
        const place = taken[set] ?? 0;
        const code = codes[set]?.[place];
        if (code === undefined) throw new DamagedArchiveError(`There are fewer than ${place + 1} codes of set ${set}.`);
        taken[set] = place + 1;
        const step = steps[layout === 'columns' ? first + at - start : first] ?? 0;
        values[at] = lineOf(code, state) * (step / 2);
        state = next[2 * state + (code & 1)] ?? 0;
      }
    });
  },

  bound(piece, parameters) {
    const { layout } = parameters;
    const steps = stepsOf(piece, parameters);
    const most = new Float64Array(piece.values.length);
    eachWay(layout, piece, piece.values.length, (start, end, first) => {
      for (let at = start; at < end; at++)
        most[at] = (steps[layout === 'columns' ? first + at - start : first] ?? 0) * roundedUp;
    });
    return { each: (place) => most[place] ?? 0 };
  },
});

/** Prices for a sample of numbers and a step: of the codes that they get by the prices before. */
function learnPrices(sample: Float32Array, step: number, weight: number): Prices {
  let prices = evenPrices;
  if (!(step > 0)) return prices;
  const codes = new Int32Array(sample.length);
  const parities = new Uint8Array(sample.length);
  const ways = new Trellis();
  for (let round = 0; round < rounds; round++) {
    ways.run(sample, 0, sample.length, () => 2 / step, prices, round === 0 ? 0 : weight, codes, parities);
    prices = pricesOf(codes, parities);
  }
  return prices;
}

/** Calls back with each row, or part of one, and the number of its step; in `columns` each next number has the next step. */
function eachWay(
  layout: Layout,
  { columns, firstColumn }: Pick<PieceShape, 'columns' | 'firstColumn'>,
  count: number,
  use: (start: number, end: number, step: number) => void,
): void {
  const width = Math.min(columns - firstColumn, count);
  for (let start = 0; start < count; start += width)
    use(start, start + width, layout === 'tensor' ? 0 : layout === 'columns' ? firstColumn : start / width);
}

interface CodeSet {
  /** Where its header begins. */
  readonly at: number;
  readonly shapes: ReturnType<typeof codeShapes>['shapes'];
}

/** Both sets of codes, from a header. */
function readSets(
  header: Uint8Array,
  count: number,
): { readonly layout: Layout; readonly sets: readonly CodeSet[]; readonly end: number } {
  const { layout, codesAt } = readLayout(header);
  const { value: odd, end: at } = readVarint(header, codesAt, header.length);
  if (odd > count) throw new DamagedArchiveError(`A trellis has ${odd} codes of the second set for ${count} weights.`);
  const first = codeShapes(header, at, count - odd);
  const second = codeShapes(header, first.end, odd);
  return {
    layout,
    sets: [
      { at, shapes: first.shapes },
      { at: first.end, shapes: second.shapes },
    ],
    end: second.end,
  };
}
