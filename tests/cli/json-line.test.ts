import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonLine } from '../../src/cli/json-line.ts';

test('parts of any line are what it is as a whole', () => {
  const row = fc.record({
    name: fc.string(),
    shape: fc.array(fc.nat()),
    kept: fc.option(fc.string(), { nil: undefined }),
  });
  const report = fc.record({
    output: fc.option(fc.string(), { nil: undefined }),
    tensors: fc
      .array(row, { maxLength: 3 })
      .chain((rows) => fc.nat(1200).map((count) => Array.from({ length: count }, () => rows).flat())),
    bytes: fc.dictionary(fc.string(), fc.jsonValue()),
  });
  fc.assert(
    fc.property(fc.oneof(fc.record({ type: fc.string(), report }), fc.jsonValue()), (line) => {
      expect([...jsonLine(line)].join('')).toBe(`${JSON.stringify(line)}\n`);
    }),
  );
});

test('no part of a long report has more than some hundred rows', () => {
  const tensors = Array.from({ length: 50_000 }, (_, number) => ({ name: `layer.${number}.weight`, shape: [number] }));
  const parts = [...jsonLine({ type: 'finished', report: { tensors } })];
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(2 ** 17);
});
