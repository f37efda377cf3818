import { writeSteps, plainRoom } from '../../../engine/quantizers/steps.ts';
import type { ToldSteps } from '../../../engine/quantizers/quantizer.ts';
import type { Layer } from './layers.ts';

/** How the steps of a stored tensor's rows or columns relate to each other: their geometric mean is 1. Plain data. */
export type Spread = ToldSteps;

/** All alike. */
export const even: Spread = { along: 'tensor', steps: Float32Array.of(1) };

/** How much of the mean importance even a row gets that was never seen to matter: samples do not tell everything. */
const leastImportance = 0.1;

/** Steps for rows (or columns) that matter so much: where errors cost more by a factor, steps are smaller by its root. */
export function byImportance(importance: ArrayLike<number>, along: 'rows' | 'columns'): Spread {
  const values = Array.from(importance);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return normal(
    along,
    values.map((value) => ((1 - leastImportance) * (mean > 0 ? value / mean : 1) + leastImportance) ** -0.5),
  );
}

/** The least norm of a row, relative to the mean of all, that still makes its step smaller. */
const leastNorm = 0.1;

/** Steps for rows of a layer's weights by their norms: for outputs whose scale a later layer, or a normalization, undoes. */
export function byNorms(values: Float32Array, layer: Layer): Spread {
  const squares = new Float64Array(layer.rows);
  const rowAt = layer.isTransposed ? (at: number) => at % layer.rows : (at: number) => Math.floor(at / layer.columns);
  for (let at = 0; at < values.length; at++) squares[rowAt(at)] = (squares[rowAt(at)] ?? 0) + (values[at] ?? 0) ** 2;
  const norms = Array.from(squares, Math.sqrt);
  const least = (leastNorm * norms.reduce((sum, norm) => sum + norm, 0)) / norms.length;
  return normal(
    outputsOf(layer),
    norms.map((norm) => Math.max(norm, least) || 1),
  );
}

/** Along which axis of the stored tensor the outputs of a layer are. */
export function outputsOf({ isTransposed }: Layer): 'rows' | 'columns' {
  return isTransposed ? 'columns' : 'rows';
}

/** Whether each output of a layer is a row, or a column, of the stored tensor, so that it can have a step of its own. */
export function hasOutputSteps({ groups, isTransposed, isStack }: Layer): boolean {
  return groups === 1 || (!isTransposed && !isStack);
}

function normal(along: 'rows' | 'columns', steps: readonly number[]): Spread {
  const mean = Math.exp(steps.reduce((sum, step) => sum + Math.log(step), 0) / steps.length);
  return { along, steps: Float32Array.from(steps, (step) => step / mean) };
}

/** The steps that an archive can tell, for a spread around `step`; of a trellis, where the spread is. */
export function stepsFor({ along, steps, direction }: Spread, step: number): ToldSteps {
  if (along === 'tensor') return { along, steps: Float32Array.of(step), direction };
  return {
    ...{ along, direction },
    steps: writeSteps(
      steps.map((share) => share * step),
      plainRoom,
    ).steps,
  };
}

/** The step of the number at each place of a stored tensor of `count` numbers. */
export function stepAt({ along, steps }: ToldSteps, count: number): (at: number) => number {
  const [first = 1] = steps;
  if (along === 'tensor') return () => first;
  if (along === 'columns') return (at) => steps[at % steps.length] ?? first;
  const each = count / steps.length;
  return (at) => steps[Math.floor(at / each)] ?? first;
}
