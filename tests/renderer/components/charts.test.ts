import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tableCsv } from '../../../src/renderer/components/chart/table.ts';
import { waterfallBars } from '../../../src/renderer/components/chart/waterfall-bars.ts';
import { nextRow } from '../../../src/renderer/components/virtual-table/next-row.ts';
import { pagesAround, rowsInPage } from '../../../src/renderer/host/use-pages.ts';
import { csvText } from '../../../src/renderer/text/csv.ts';

test('each bar of a waterfall begins where the one before ended, and totals stand on zero', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.array(fc.integer({ min: -1e6, max: 1e6 })), (first, deltas) => {
      const last = deltas.reduce((sum, delta) => sum + delta, first);
      const { bars, least, most } = waterfallBars([
        { label: 'first', value: first, isTotal: true },
        ...deltas.map((value, index) => ({ label: `${index}`, value, isTotal: false })),
        { label: 'last', value: last, isTotal: true },
      ]);
      expect(bars.slice(1, -1).map(({ from }) => from)).toEqual(bars.slice(0, -2).map(({ to }) => to));
      expect(bars.at(-2)?.to).toBe(last);
      expect([bars[0]?.from, bars.at(-1)?.from]).toEqual([0, 0]);
      expect(bars.every(({ from, to }) => Math.min(from, to) >= least && Math.max(from, to) <= most)).toBe(true);
    }),
  );
});

test('a saved table keeps numbers unrounded, and names can neither end a field nor start a formula', () => {
  const table = { columns: ['Name', 'Bytes'], rows: [['a,"b"\n', { value: 1_543_210, text: '1.54 MB' }]] };
  expect(tableCsv(table)).toBe('Name,Bytes\r\n"a,""b""\n",1543210\r\n');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(csvText([[name]])).not.toMatch(/^"?[=+\-@]/);
    }),
  );
});

test('keys go through rows and stop at the ends', () => {
  expect(nextRow('ArrowDown', 4, 5, 10)).toBe(4);
  expect(nextRow('ArrowUp', 0, 5, 10)).toBe(0);
  expect(nextRow('PageDown', 0, 100, 15)).toBe(15);
  expect(nextRow('End', 0, 100, 15)).toBe(99);
  expect(nextRow('Home', 99, 100, 15)).toBe(0);
  expect(nextRow('a', 3, 5, 10)).toBeUndefined();
  expect(nextRow('End', 0, 0, 10)).toBeUndefined();
});

test('the pages that are fetched cover the rows in view, with one more on either side, and never leave the list', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(60), fc.integer({ min: 1, max: 100_000 }), (first, count, total) => {
      const last = Math.min(total - 1, first + count);
      const pages = pagesAround(first, last, total);
      expect(pages.every((page) => page > 0 && page * rowsInPage < total)).toBe(true);
      expect(pages.length).toBeLessThanOrEqual(4);
      for (let row = first; row <= last; row += 1) {
        const page = Math.floor(row / rowsInPage);
        expect(page === 0 || pages.includes(page)).toBe(true);
      }
    }),
  );
});
