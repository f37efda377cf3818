import type { Geometry } from '../quantizer.ts';
import { samplePlace, type TensorStatistics } from '../statistics.ts';

/** The size below which `share` of the weights, or of the rows, of a sample lie. */
export function borderFor(
  pattern: string,
  share: number,
  { columns }: Geometry,
  { sample = new Float32Array(), count }: TensorStatistics,
): number {
  if (share === 0) return 0;
  if (pattern === 'magnitude') return quantile(sample.map(Math.abs), share);
  if (pattern !== 'rows') return 0;
  const sums = new Map<number, { squares: number; count: number }>();
  sample.forEach((number, at) => {
    const row = Math.floor(samplePlace(at, count) / columns);
    const known = sums.get(row) ?? { squares: 0, count: 0 };
    sums.set(row, { squares: known.squares + number * number, count: known.count + 1 });
  });
  return quantile(
    Float32Array.from(sums.values(), (row) => Math.sqrt(row.squares / row.count)),
    share,
  );
}

function quantile(sizes: Float32Array, share: number): number {
  return sizes.sort()[Math.floor(share * sizes.length)] ?? 0;
}
