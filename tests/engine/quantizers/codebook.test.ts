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
  const parameters = codebook.plan(
    geometry,
    statistics,
    codebook.options.parse({ scale: 'tensor', small: 0, ...asked }),
  );
  return inScratch(() => {
    const quantized = codebook.quantize({ ...geometry, values, firstRow: 0, firstColumn: 0 }, parameters, workspace);
    const after = new Float32Array(count);
    codebook.dequantize(quantized, { count, columns: geometry.columns, firstColumn: 0 }, after, workspace);
    return { after, entropy: entropyOf(quantized.parts.at(-1)!.bytes) };
  });
}

/** Of whole numbers one by one, in bits each. */
function entropyOf(codes: Uint8Array | Float32Array): number {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts.values()].reduce((sum, many) => sum - (many / count) * Math.log2(many / count), 0);
}

function squares(before: Float32Array, after: Float32Array, weight: (at: number) => number = () => 1): number {
  return before.reduce((sum, value, at) => sum + weight(at) * (value - after[at]!) ** 2, 0);
}

test('values whose places cost their lengths lose less at equal entropy than such as cost nothing, and than a grid', () => {
  const values = bell(count, 1);
  const gridAt = (step: number): Come => {
    const after = values.map((value) => Math.round(value / step) * step);
    return { after, entropy: entropyOf(after.map((value) => Math.round(value / step))) };
  };
  const curves = [
    [3, 4, 8, 16, 32].map((size) => approximate(values, { size })),
    [2.4, 1.7, 1.2, 0.85, 0.6, 0.42, 0.3].map(gridAt),
  ].map((points) => points.map(({ after, entropy }) => ({ entropy, loss: Math.log(squares(values, after)) })));
  for (const asked of [{ size: 7 }, { size: 11 }, { size: 16 }]) {
    const { after, entropy } = approximate(values, { ...asked, rate: 1 });
    const loss = Math.log(squares(values, after));
    for (const points of curves) {
      const next = points.findIndex((one) => one.entropy >= entropy);
      const [left, right] = [points[next - 1]!, points[next]!];
      const share = (entropy - left.entropy) / (right.entropy - left.entropy);
      expect(loss, `${asked.size} values`).toBeLessThan(left.loss + share * (right.loss - left.loss) - 0.01);
    }
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
