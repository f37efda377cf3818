import { bf16Bits, gaussians, randomNumbers } from './streams.ts';
import { headerText, safetensorsFile } from './safetensors.ts';

/** A layer of experts with made-up weights. */
export interface MixtureShape {
  readonly experts: number;
  readonly hidden: number;
  readonly intermediate: number;
  /** How far experts are from the first one, relative to its spread, once their neurons are in its order; absent: nothing alike. */
  readonly noise?: number;
  readonly dtype?: 'BF16' | 'F32';
  /** Whether they are called layers instead, and whether all have their neurons in one order. */
  readonly areLayers?: boolean;
  readonly isInOrder?: boolean;
}

/**
 * A safetensors file of experts, `gate`, `up` and `down` each: all are the first one with neurons in another order and noise, or have
 * nothing in common.
 */
export function mixtureOfExperts(mixture: MixtureShape): Uint8Array {
  const { experts, hidden, intermediate, noise, dtype = 'BF16', areLayers, isInOrder } = mixture;
  const count = hidden * intermediate;
  const first = [0, 1, 2].map((part) => gaussians(count, 0.02, part + 1));
  const tensors = Array.from({ length: experts }, (_, expert) => {
    const order = expert === 0 || isInOrder ? undefined : shuffled(intermediate, expert);
    return ['gate', 'up', 'down'].map((name, part) => {
      const own = gaussians(count, 0.02, 100 * expert + part + 4);
      const isDown = name === 'down';
      const values = own.map((other, at) => {
        if (noise === undefined) return other;
        const [row, column] = [
          Math.floor(at / (isDown ? intermediate : hidden)),
          at % (isDown ? intermediate : hidden),
        ];
        const [unit, rest] = isDown ? [column, row] : [row, column];
        const from = order?.[unit] ?? unit;
        const base = first[part]?.[isDown ? rest * intermediate + from : from * hidden + rest] ?? 0;
        return base + (expert === 0 ? 0 : noise * other);
      });
      const shape = isDown ? [hidden, intermediate] : [intermediate, hidden];
      const numbers = dtype === 'BF16' ? bf16Bits(values) : Float32Array.from(values);
      const data = new Uint8Array(numbers.buffer);
      const unit = areLayers ? `${expert}.mlp` : `0.mlp.experts.${expert}`;
      return { name: `model.layers.${unit}.${name}_proj.weight`, dtype, shape, data };
    });
  }).flat();
  let end = 0;
  const placed = tensors.map(({ name, dtype: type, shape, data }) => {
    const begin = end;
    return { name, dtype: type, shape, begin, end: (end += data.length) };
  });
  return safetensorsFile(headerText(placed), Buffer.concat(tensors.map(({ data }) => data)));
}

function shuffled(count: number, seed: number): readonly number[] {
  const next = randomNumbers(seed);
  const order = Array.from({ length: count }, (_, place) => place);
  for (let place = count - 1; place > 0; place--) {
    const other = Math.floor(next() * (place + 1));
    [order[place], order[other]] = [order[other] ?? 0, order[place] ?? 0];
  }
  return order;
}
