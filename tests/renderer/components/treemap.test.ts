import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fittingLabel } from '../../../src/renderer/components/treemap/label.ts';
import { layOutTreemap, type Box } from '../../../src/renderer/components/treemap/layout.ts';
import { neighbour, type Direction } from '../../../src/renderer/components/treemap/neighbour.ts';

const sizes = fc.array(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 40 }), {
  minLength: 1,
  maxLength: 12,
});
const opposite: Readonly<Record<Direction, Direction>> = {
  ArrowLeft: 'ArrowRight',
  ArrowRight: 'ArrowLeft',
  ArrowUp: 'ArrowDown',
  ArrowDown: 'ArrowUp',
};

function layOut(groups: readonly (readonly number[])[]) {
  const named = groups.map((tiles, index) => ({ name: `group ${index}`, tiles }));
  return layOutTreemap(named, (size) => size, 800, 300);
}

test('every tile has a place inside of the map, and no two overlap', () => {
  fc.assert(
    fc.property(sizes, (groups) => {
      const { tiles } = layOut(groups);
      expect(tiles.length).toBe(groups.flat().length);
      const isInside = ({ x, y, width, height }: Box) =>
        Math.min(x, y, width, height) >= 0 && x + width <= 800.001 && y + height <= 300.001;
      expect(tiles.every(isInside)).toBe(true);
      const overlaps = tiles.flatMap((a, index) => tiles.slice(index + 1).map((b) => overlap(a, b)));
      expect(overlaps.every((area) => area < 0.01)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('in one group areas are as sizes', () => {
  const { tiles } = layOut([[400, 300, 200, 100]]);
  const areas = tiles.map(({ tile, width, height }) => ((width + 1) * (height + 1)) / tile);
  expect(Math.max(...areas) / Math.min(...areas)).toBeLessThan(1.05);
});

test('an arrow key leads further that way or nowhere, and no tile but the outermost is a dead end', () => {
  fc.assert(
    fc.property(sizes, fc.nat(), (groups, seed) => {
      const { tiles } = layOut(groups);
      const from = seed % tiles.length;
      for (const direction of Object.keys(opposite) as Direction[]) {
        const next = neighbour(tiles, from, direction);
        if (next === undefined) continue;
        const [a, b] = [middle(tiles[from]!), middle(tiles[next]!)];
        const way = { ArrowLeft: a.x - b.x, ArrowRight: b.x - a.x, ArrowUp: a.y - b.y, ArrowDown: b.y - a.y }[
          direction
        ];
        expect(way).toBeGreaterThan(0);
        expect(neighbour(tiles, next, opposite[direction])).toBeDefined();
      }
    }),
    { numRuns: 60 },
  );
});

test('a label is the longest part of whole words that fits and tells tiles apart, or absent', () => {
  const box = { x: 0, y: 0, width: 100, height: 30 };
  expect(fittingLabel('model.layers.0.mlp.up_proj.weight', box)).toBe('mlp.up_proj');
  expect(fittingLabel('fc1.weight', box)).toBe('fc1.weight');
  expect(fittingLabel('fc1.weight', { ...box, width: 20 })).toBeUndefined();
  expect(fittingLabel('fc1.weight', { ...box, height: 12 })).toBeUndefined();
});

function middle({ x, y, width, height }: Box) {
  return { x: x + width / 2, y: y + height / 2 };
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
