import { expect, test } from 'vitest';
import { range } from '../../../src/engine/codecs/range/index.ts';
import { considerContexts } from '../../../src/engine/planner/contexts.ts';
import { writeCodes } from '../../../src/engine/quantizers/codes.ts';
import { codesOn } from '../../../src/engine/trellis/codes.ts';
import { evenPrices, referenceTrellis, roomOf } from '../../../src/engine/trellis/kernel.ts';
import { directions, runsOf, type Direction } from '../../../src/engine/trellis/runs.ts';
import { inScratch, orDamaged, workspace } from '../../support/codecs.ts';
import { gaussians } from '../../support/streams.ts';

const columns = 300;
const count = 300 * columns;

/** The codes of normal numbers on lines of a trellis that goes over them, with steps that leave them about two bits. */
function trellisCodes(direction: Direction): Int32Array {
  const numbers = gaussians(count, 1.4);
  const codes = new Int32Array(count);
  for (const run of runsOf(direction, { columns, firstColumn: 0 }, count)) {
    const wanted = Float32Array.from({ length: run.count }, (_, at) => numbers[run.start + at * run.pitch]!);
    const lines = new Int32Array(run.count);
    const room = new Uint8Array(roomOf(run.count));
    const asked = { wanted, count: run.count, prices: evenPrices, weight: 0, isFree: false, lines, room };
    referenceTrellis.ways(asked);
    const onLines = new Float32Array(count);
    lines.forEach((line, at) => (onLines[run.start + at * run.pitch] = line));
    codesOn(onLines, run, () => 2, codes);
  }
  return codes;
}

const rowed = { period: columns, isNear: false, isSmooth: false };

function codedBytes(codes: Int32Array, trellis?: Direction): number {
  return inScratch(() => {
    const bytes = new Uint8Array(Int8Array.from(codes).buffer);
    const { header, streams } = range.encode({ bytes, width: 1 }, { ...rowed, trellis }, workspace);
    return header.length + (streams[0]?.bytes.length ?? 0);
  });
}

test.each(directions)(
  'codes of a trellis along %s take less where its states are told, and not where others are',
  (way) => {
    const codes = trellisCodes(way);
    const told = codedBytes(codes, way);
    expect(told).toBeLessThan(0.985 * codedBytes(codes));
    const [other] = directions.filter((direction) => direction !== way);
    expect(codedBytes(codes, other)).toBeGreaterThan(1.01 * told);
  },
);

test('what a trellis gives is coded by its states', () => {
  const codes = trellisCodes('columns');
  const node = inScratch(() => {
    const [part] = writeCodes(codes, workspace, columns, 'columns').parts;
    const { dtype, rows = [], trellis } = part;
    const excerpt = { piece: part, dtype, streamLength: part.bytes.length, trellis };
    return considerContexts({ id: 'rans', options: {}, outputs: [] }, excerpt, rows, 'smallest', workspace);
  });
  expect(node).toMatchObject({ id: 'range', options: { period: columns, trellis: 'columns' } });
});

test('a header that tells a direction without a trellis is refused', () => {
  const bytes = new Uint8Array(Int8Array.from(trellisCodes('columns')).buffer);
  const decodedWith = (bits: number): Uint8Array | undefined =>
    orDamaged(() => {
      const { header, streams } = range.encode({ bytes, width: 1 }, { ...rowed, trellis: 'columns' }, workspace);
      const changed = header.with(-1, header.at(-1)! & bits);
      return range.decode({ header: changed, streams }, { length: bytes.length, width: 1 }, workspace).slice();
    });
  expect(decodedWith(0xff)).toEqual(bytes);
  expect(decodedWith(~0x08)).toBeUndefined();
});
