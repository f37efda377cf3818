import { expect, test } from 'vitest';
import { OutputComparison } from '../../../src/evaluation/compare/outputs.ts';
import { greedyText, type Decoder } from '../../../src/evaluation/decode/decode.ts';
import type { Target } from '../../../src/evaluation/inputs/targets.ts';
import type { Values } from '../../../src/evaluation/inputs/tensor.ts';
import { createScorer } from '../../../src/evaluation/metrics/catalog.ts';
import { normal, random } from '../../../src/evaluation/statistics/random.ts';
import { metricSpec } from '../../../src/evaluation/task/schema.ts';

const rows = (...all: readonly (readonly number[])[]): Values => ({
  type: 'float32',
  shape: [1, all.length, all[0]?.length ?? 0],
  data: Float32Array.from(all.flat()),
});

function measure(
  spec: object,
  answers: readonly { readonly output: Values; readonly target?: Target; readonly reference?: Values }[],
  decoder?: Decoder,
): number {
  const scorer = createScorer(metricSpec.parse(spec), { decoder, tokenBytes: Uint32Array.of(1, 2, 3) });
  for (const [block, { output, target, reference = output }] of answers.entries())
    scorer.add({ output, target, reference, block });
  return scorer.measured().value;
}

test('CTC takes repeats once, leaves blanks out, and tells a repeated letter by the blank between', () => {
  const alphabet = ['', 'a', 'b', ' '];
  const best = (...places: readonly number[]) =>
    rows(...places.map((place) => [0, 1, 2, 3].map((at) => (at === place ? 0.9 : 0.1))));
  expect(greedyText(best(0, 1, 1, 0, 1, 2, 2, 3, 0, 0), alphabet, 0)).toBe('aab ');
  expect(greedyText(best(3, 3, 0, 1), ['a', 'b', 'c', ''], 3)).toBe('ab');
});

test('log loss, perplexity, bits and top-1 agree with their definitions', () => {
  const next = random(4);
  const logits = Array.from({ length: 6 }, () => [normal(next), normal(next), normal(next)]);
  const labels = [0, 1, 2, 2, 1, 0];
  const losses = logits.map((row, at) => {
    const all = row.map(Math.fround).map(Math.exp);
    return -Math.log(all[labels[at]!]! / all.reduce((sum, each) => sum + each));
  });
  const mean = losses.reduce((sum, loss) => sum + loss) / 6;
  const answers = [{ output: rows(...logits), target: { numbers: Float64Array.from(labels) } }];
  expect(measure({ metric: 'nll' }, answers)).toBeCloseTo(mean, 12);
  expect(measure({ metric: 'perplexity' }, answers)).toBeCloseTo(Math.exp(mean), 12);
  const bytes = labels.reduce((sum, label) => sum + label + 1, 0);
  expect(measure({ metric: 'bits-per-byte', tokens: { file: 'x' } }, answers)).toBeCloseTo(
    (mean * 6) / Math.LN2 / bytes,
    12,
  );
  const right = logits.filter((row, at) => row.indexOf(Math.max(...row)) === labels[at]).length;
  expect(measure({ metric: 'top-1' }, answers)).toBe(right / 6);
});

test('an answer that is not a number is right by no metric, and agrees with none that is', () => {
  const [nothing, first] = [rows([NaN, NaN, NaN]), rows([3, 2, 1])];
  const target = { numbers: Float64Array.of(0) };
  expect(measure({ metric: 'top-1' }, [{ output: nothing, target }])).toBe(0);
  expect(measure({ metric: 'top-1', against: 'original' }, [{ output: nothing, reference: first }])).toBe(0);
  expect(measure({ metric: 'top-1', against: 'original' }, [{ output: nothing, reference: nothing }])).toBe(1);
  const outputs = new OutputComparison('logits');
  outputs.add(first, nothing, 0);
  expect(outputs.report(1).topOne?.flips).toBe(1);
});

test('texts are scored by characters and as a whole', () => {
  const decoder: Decoder = {
    to: 'text',
    words: ({ data }) => String.fromCodePoint(...Array.from(data, Number)),
    nameOf: String,
  };
  const text = (words: string): Values => rows(Array.from(words, (letter) => letter.codePointAt(0) ?? 0));
  const answers = [
    { output: text('kitten'), target: { text: 'sitting' }, reference: text('kitten') },
    { output: text('same'), target: { text: 'same' }, reference: text('some') },
  ];
  expect(measure({ metric: 'character-error-rate' }, answers, decoder)).toBe(3 / 11);
  expect(measure({ metric: 'exact-text' }, answers, decoder)).toBe(1 / 2);
  expect(measure({ metric: 'exact-text', against: 'original' }, answers, decoder)).toBe(1 / 2);
});

test('pictures are rounded to levels before PSNR, and masks cut at a threshold', () => {
  const output = rows([0.5, 1.2, -3, 0.25]);
  const target = { numbers: Float64Array.of(128, 255, 0, 60) };
  // Levels 128 (127.5 rounds up), 255, 0, 64: one is 4 away.
  expect(measure({ metric: 'psnr' }, [{ output, target }])).toBeCloseTo(10 * Math.log10(255 ** 2 / (16 / 4)), 12);
  expect(
    measure({ metric: 'iou', threshold: 0.3 }, [{ output, target: { numbers: Float64Array.of(1, 0, 0, 1) } }]),
  ).toBe(1 / 3);
});

test('estimated numbers are compared with the right ones by distance and by its square, number by number', () => {
  const answers = [
    { output: rows([1, -2, 3]), target: { numbers: Float64Array.of(0, -2, 5) } },
    { output: rows([4]), target: { numbers: Float64Array.of(1) } },
  ];
  expect(measure({ metric: 'mae' }, answers)).toBe((1 + 2 + 3) / 4);
  expect(measure({ metric: 'mse' }, answers)).toBe((1 + 4 + 9) / 4);
  expect(() => measure({ metric: 'mae' }, [{ output: rows([1, 2]), target: { numbers: Float64Array.of(1) } }])).toThrow(
    'no target of 2 numbers',
  );
});

test('a target that does not fit is told with both sizes', () => {
  expect(() =>
    measure({ metric: 'top-1' }, [{ output: rows([1, 2], [3, 4]), target: { numbers: Float64Array.of(1) } }]),
  ).toThrow(/shape \[1, 2, 2\].*2 classes.*gives 1/);
});

test.each([2, -1, 0.5, NaN])('a class of the target that the output cannot tell is refused: %f', (wanted) => {
  const output = rows([1, 2], [3, 4]);
  const given = [{ output, target: { numbers: Float64Array.of(1, wanted) } }];
  for (const metric of ['top-1', 'nll', 'perplexity'] as const)
    expect(() => measure({ metric }, given), metric).toThrow(`the class ${wanted}; the output tells 2 classes`);
});
