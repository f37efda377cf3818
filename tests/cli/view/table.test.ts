import { expect, test } from 'vitest';
import { tableLines } from '../../../src/cli/view/table.ts';

test('columns stand below one another, and a cell that is very long moves only its own row', () => {
  const columns = [{ title: 'name' }, { title: 'size', align: 'right' as const }];
  const long = 'x'.repeat(500);
  expect(
    tableLines(columns, [
      ['model', '5'],
      ['other model', '12'],
      [long, '7'],
    ]),
  ).toEqual([
    `name${' '.repeat(76)}  size`,
    `model${' '.repeat(75)}     5`,
    `other model${' '.repeat(69)}    12`,
    `${long}     7`,
  ]);
});
