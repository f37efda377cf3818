import { expect, test } from 'vitest';
import { codebook } from '../../../src/engine/quantizers/codebook/index.ts';
import { measurePiece } from '../../../src/engine/quantizers/statistics.ts';
import { inScratch, workspace } from '../../support/codecs.ts';
import { bell } from '../../support/numbers.ts';

const geometry = { rows: 128, columns: 400, channels: 'rows' } as const;
const count = geometry.rows * geometry.columns;

interface Come {
  readonly after: Float32Array;
  /** Of the places of values, in bits each. */
  readonly entropy: number;
}

/** What options make of numbers. */
function approximate(values: Float32Array, asked: Record<string, unknown>, inputMeans?: Float32Array): Come {
  const statistics = { ...measurePiece(values, { ...geometry, start: 0, total: count }, codebook.needs!), inputMeans };
  const parameters = codebook.plan(geometry, statistics, codebook.options.parse({ scale: 'tensor', small: 0, ...asked }));
  return inScratch(() => {
    const quantized = codebook.quantize({ ...geometry, values, firstRow: 0, firstColumn: 0 }, parameters, workspace);
    const after = new Float32Array(count);
    codebook.dequantize(quantized, { count, columns: geometry.columns, firstColumn: 0 }, after, workspace);
    const counts = new Uint32Array(256);
    for (const place of quantized.parts.at(-1)!.bytes) counts[place]!++;
    const entropy = counts.reduce((sum, many) => sum - (many > 0 ? (many / count) * Math.log2(many / count) : 0), 0);
    return { after, entropy };
  });
}

function squares(before: Float32Array, after: Float32Array, weight: (at: number) => number = () => 1): number {
  return before.reduce((sum, value, at) => sum + weight(at) * (value - after[at]!) ** 2, 0);
}

test('values whose places cost their lengths lose less at equal entropy than such as cost nothing', () => {
  const values = bell(count, 1);
  const free = [4, 8, 16, 32].map((size) => {
    const { after, entropy } = approximate(values, { size });
    return { entropy, loss: Math.log(squares(values, after)) };
  });
  for (const asked of [{ size: 8 }, { size: 16 }, { size: 32 }]) {
    const { after, entropy } = approximate(values, { ...asked, rate: 1 });
    const next = free.findIndex((one) => one.entropy >= entropy);
    const [left, right] = [free[next - 1]!, free[next]!];
    const share = (entropy - left.entropy) / (right.entropy - left.entropy);
    const alike = left.loss + share * (right.loss - left.loss);
    expect(Math.log(squares(values, after)), `${asked.size} values`).toBeLessThan(alike - 0.1);
  }
});

test('values are nearer to what is multiplied with more, where the graph tells', () => {
  const values = bell(count, 1).map((value, at) => (at % 2 === 0 ? value : value + 5));
  const inputs = new Float32Array(geometry.columns).map((_, column) => (column % 2 === 0 ? 3 : 0.1));
  const weight = (at: number): number => inputs[at % geometry.columns]! ** 2;
  const alike = squares(values, approximate(values, { size: 8 }, inputs).after, weight);
  const weighted = squares(values, approximate(values, { size: 8, weights: 'input' }, inputs).after, weight);
  expect(weighted).toBeLessThan(0.7 * alike);
  const untold = approximate(values, { size: 8, weights: 'input' }).after;
  expect(untold).toEqual(approximate(values, { size: 8 }).after);
});
