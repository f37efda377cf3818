import type { Geometry, ToldSteps } from '../../../engine/quantizers/quantizer.ts';
import type { CalibratedLayer } from '../calibrate/calibrate.ts';
import { outputErrors } from './output-error.ts';
import { outputsOf, stepAt } from '../layers/spread.ts';
import type { TriedTensor } from './try-methods.ts';

/** Outputs that errors are looked at of, and products that one look at them may take; at least two. */
const mostOutputs = 16;
const mostProducts = 2 ** 23;

/** A tensor, or a run of a large one's outputs, that methods are tried on. */
export interface TensorSample {
  /** Row by row of `geometry`, and how many the whole tensor has. */
  readonly values: Float32Array;
  readonly geometry: Geometry;
  readonly total: number;
  /** Some outputs, row by row; all of the sample where inputs are not known. */
  readonly layer: CalibratedLayer | undefined;
  /** What is looked at of the sample's numbers. */
  seen(values: Float32Array): Float32Array;
  /** The steps of what is seen. */
  toldOf(told: ToldSteps): ToldSteps;
  /** The error that each change of what is seen does. */
  errorsOf(changes: readonly Float32Array[], sumsOf: (layer: CalibratedLayer) => string): Promise<readonly number[]>;
}

/** At most about `most` weights of a tensor, whole outputs or whole rows. */
export function sampleOf(tensor: TriedTensor, values: Float32Array, most: number): TensorSample {
  const { layer } = tensor;
  const isKnown = layer && !layer.isMoved && (layer.groups === 1 || (!layer.isTransposed && values.length <= most));
  return isKnown ? sampleOfLayer(layer, tensor.geometry, values, most) : sampleOfRows(tensor, values, most);
}

/** A run of outputs, of which some are looked at. */
function sampleOfLayer(
  layer: CalibratedLayer,
  { channels }: Geometry,
  values: Float32Array,
  most: number,
): TensorSample {
  const { rows, columns, groups, isTransposed } = layer;
  const many = Math.min(rows, Math.max(1, Math.floor(most / columns)));
  const first = Math.floor((rows - many) / 2);
  const total = values.length;
  let part = values;
  if (many < rows && !isTransposed) part = values.subarray(first * columns, (first + many) * columns);
  else if (many < rows)
    part = Float32Array.from(
      { length: many * columns },
      (_, at) => values[Math.floor(at / many) * rows + first + (at % many)] ?? 0,
    );
  const geometry: Geometry = isTransposed
    ? { rows: columns, columns: many, channels }
    : { rows: many, columns, channels };
  const looked = groups > 1 ? many : Math.min(many, mostOutputs, Math.max(2, Math.floor(mostProducts / columns ** 2)));
  const outputs = Int32Array.from({ length: looked }, (_, place) => Math.floor((place * many) / looked));
  const seenLayer = { ...layer, rows: looked, isTransposed: false };
  return {
    ...{ values: part, geometry, total, layer: seenLayer },
    seen: (numbers) =>
      Float32Array.from({ length: looked * columns }, (_, at) => {
        const [output, input] = [outputs[Math.floor(at / columns)] ?? 0, at % columns];
        return numbers[isTransposed ? input * many + output : output * columns + input] ?? 0;
      }),
    toldOf({ along, steps }) {
      if (along === 'tensor') return { along, steps };
      if (along !== outputsOf(layer)) return { along: 'columns', steps };
      return { along: 'rows', steps: Float32Array.from(outputs, (output) => steps[first + output] ?? 1) };
    },
    errorsOf: (changes, sumsOf) => outputErrors(changes, seenLayer, sumsOf(layer)),
  };
}

/** The least weight of an error in a row that was never seen to matter, of the mean. */
const leastImportance = 0.1;

/** Rows as they are stored, with errors of the numbers themselves, by how much rows matter. */
function sampleOfRows({ geometry, importance }: TriedTensor, values: Float32Array, most: number): TensorSample {
  const { rows, columns } = geometry;
  const many = Math.min(rows, Math.max(1, Math.floor(most / columns)));
  const first = Math.floor((rows - many) / 2);
  const part = values.subarray(first * columns, (first + many) * columns);
  const mean = importance ? importance.reduce((sum, one) => sum + one, 0) / importance.length : 0;
  const each = values.length / (importance?.length ?? 1);
  const weightOf = (at: number): number => {
    const one = mean > 0 ? (importance?.[Math.floor((first * columns + at) / each)] ?? 0) / mean : 1;
    return (1 - leastImportance) * one + leastImportance;
  };
  return {
    ...{ values: part, geometry: { ...geometry, rows: many }, total: values.length, layer: undefined },
    seen: (numbers) => numbers,
    toldOf(told) {
      if (told.along === 'tensor') return told;
      const step = stepAt(told, values.length);
      return { along: 'columns', steps: Float32Array.from(part, (_, at) => step(first * columns + at)) };
    },
    errorsOf: (changes) =>
      Promise.resolve(
        changes.map((change) => change.reduce((sum, one, at) => sum + weightOf(at) * one * one, 0) / part.length),
      ),
  };
}
