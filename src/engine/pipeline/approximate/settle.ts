import type { InputFile } from '../../models/inputs.ts';
import type { Roles } from '../../models/roles.ts';
import { isPieceDType } from '../../quantizers/frame.ts';
import { levelById } from '../../quantizers/levels.ts';
import { relativeStep, type LineOptions } from '../../quantizers/lines.ts';
import type { Geometry } from '../../quantizers/quantizer.ts';
import { measurePiece } from '../../quantizers/statistics.ts';
import { decodeFloats, floatWidth } from '../../tensor/floats.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { chooseFor, keptAfterAll, ruleFor, type Candidate } from './choose.ts';
import { stepOf, type Recipe } from './recipe.ts';

/** About a seventh of single precision, in bits of a number: what is let pass, what is aimed at, and what is worth coarser lines. */
const [tolerated, most, worthwhile] = [32 / 6.7, 32 / 7.1, 32 / 6];
/** What steps may become coarser by, in octaves, at most and at the places that are looked at. */
const octaves = [0, 1, 2] as const;
/** Methods whose codes have about the entropy that an even grid of their coarseness has. */
const settled: ReadonlySet<string> = new Set(['grid', 'trellis']);
/** Numbers that are looked at: the first of each tensor, and about how many of all. */
const [mostEach, leastEach, mostTogether] = [8192, 256, 2 ** 22];
/** Places that they are taken from. */
const runs = 4;
/** About what remains of a number that is kept, and of a table that was computed; and what the archive says of a tensor besides. */
const [keptShare, tableShare, tensorBytes] = [0.86, 1 / 8, 24];
/** Of a step that a row has to itself, in bits. */
const stepBits = 12;

/**
 * The recipe with the coarseness of a grid, or of one with a trellis, that was asked for without one. The default suits models of large tensors; where many
 * are small, or convolutions, which get finer lines, it would bring less than a seventh of the size, although all of them together
 * forgive as much. So lines become as much coarser as that takes, up to four times, if that brings it about there. Deterministic.
 */
export async function settle(
  recipe: Recipe,
  files: readonly InputFile[],
  roles: Roles,
  signal: AbortSignal,
): Promise<Recipe> {
  const given = recipe.default;
  if (!given || !recipe.automatic) return recipe;
  const { method, options: asked = {} } = levelById(given.method) ?? given;
  if (!settled.has(method) || asked['coarseness'] !== undefined || asked['step'] !== undefined) return recipe;
  const step = stepOf({ method, options: asked });
  const bits = await bitsExpected(recipe, files, roles, signal);
  const [first = 0, second = 0, third = 0] = bits;
  // Where most is kept as it is, coarser lines cost much and save little.
  if (!(first > tolerated) || third > worthwhile) return recipe;
  const [from, low, high] = second > most ? [1, second, third] : [0, first, second];
  const more = from + Math.min(1, (low - most) / Math.max(1e-3, low - high));
  const coarseness = Number(((step.options as unknown as LineOptions).coarseness * 2 ** more).toPrecision(3));
  return { ...recipe, default: { method, options: { ...asked, coarseness } } };
}

/** What all numbers come to on average, in bits, as the recipe says it and with lines that are coarser by so many octaves. */
async function bitsExpected(
  recipe: Recipe,
  files: readonly InputFile[],
  roles: Roles,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const bits = octaves.map(() => 0);
  const add = (more: (octave: number) => number): void =>
    octaves.forEach((octave, place) => (bits[place] = (bits[place] ?? 0) + more(octave)));
  const tensors = files.reduce((sum, { layout }) => sum + (layout?.tensors.length ?? 0), 0);
  const each = Math.max(leastEach, Math.min(mostEach, Math.floor(mostTogether / Math.max(1, tensors))));
  let numbers = 0;
  for (const [file, { source, layout }] of files.entries()) {
    for (const tensor of layout?.tensors ?? []) {
      signal.throwIfAborted();
      const role = roles.of(file, tensor);
      const decision = chooseFor(tensor, role, recipe);
      const count = tensor.shape.reduce((product, extent) => product * extent, 1);
      if (decision.kind === 'kept') {
        if (!isPieceDType(tensor.dtype) || tensor.isChecked || ruleFor(tensor, role, recipe)) continue;
        numbers += count;
        add(() => 8 * (keptShare * tensor.byteLength + tensorBytes));
        continue;
      }
      // What a rule of the recipe names comes to whatever it says.
      if (decision.isAsked) continue;
      const seen = await runsOf(tensor, decision, source, each);
      numbers += count;
      if (keptAfterAll(tensor, decision, measured(seen[0], decision.geometry), recipe)) {
        add(() => 8 * tableShare * tensor.byteLength);
        continue;
      }
      const options = decision.step.options as unknown as LineOptions;
      const relative = relativeStep(count / (decision.geometry.matrices ?? 1), options);
      const rows = decision.geometry.channels === 'rows' ? decision.geometry.rows : 0;
      add(
        (octave) =>
          count * entropyOf(seen, decision.geometry, relative * 2 ** octave) + stepBits * rows + 8 * tensorBytes,
      );
    }
  }
  return bits.map((all) => all / Math.max(1, numbers));
}

/** Runs of whole rows from all over a tensor, or of parts of rows that are longer. */
async function runsOf(
  { offset }: TensorRange,
  { dtype, geometry: { rows, columns } }: Candidate,
  source: InputFile['source'],
  mostNumbers: number,
): Promise<readonly [Float32Array, ...Float32Array[]]> {
  const width = floatWidth(dtype);
  const read = async (first: number, count: number): Promise<Float32Array> => {
    const bytes = new Uint8Array(count * width);
    await source.read(offset + first * width, bytes);
    return decodeFloats(dtype, bytes);
  };
  const together = Math.floor(mostNumbers / columns);
  if (together >= rows) return [await read(0, rows * columns)];
  const inRun = Math.max(1, Math.floor(together / runs));
  const count = Math.min(inRun * columns, mostNumbers);
  const first = await read(0, count);
  const others: Float32Array[] = [];
  for (let run = 1; run < Math.min(runs, rows); run++)
    others.push(await read(Math.floor(((rows - inRun) * run) / (runs - 1)) * columns, count));
  return [first, ...others];
}

const measured = (values: Float32Array, { rows, columns }: Geometry) =>
  measurePiece(values, { start: 0, columns, total: rows * columns }, {});

/** Bits of a number on lines so far apart, relative to the root mean square of its row, or of its run. */
function entropyOf(seen: readonly Float32Array[], { columns, channels }: Geometry, relative: number): number {
  const counts = new Map<number, number>();
  let total = 0;
  for (const values of seen) {
    const width = channels === 'rows' ? Math.min(columns, values.length) : values.length;
    for (let start = 0; start < values.length; start += width) {
      const row = values.subarray(start, start + width);
      const step = relative * Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / width);
      for (const value of row) {
        const code = step > 0 ? Math.round(value / step) : 0;
        counts.set(code, (counts.get(code) ?? 0) + 1);
      }
      total += row.length;
    }
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / total) * Math.log2(count / total);
  return bits;
}
