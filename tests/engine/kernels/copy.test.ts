import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyBytes } from '../../../src/engine/kernels/copy/index.ts';
import { Workspace } from '../../../src/engine/kernels/workspace.ts';
import { randomBytes } from '../../support/streams.ts';

const workspace = new Workspace(65536);
const place = fc.record({ inside: fc.boolean(), shift: fc.nat(9) });

test('copies between any two places and touches nothing else', () => {
  const room = 4096;
  const within = [workspace.allocate(room), workspace.allocate(room)] as const;
  fc.assert(
    fc.property(place, place, fc.nat(1500), fc.nat(900), (from, to, length, offset) => {
      const sourceRoom = from.inside ? within[0] : new Uint8Array(room);
      const target = (to.inside ? within[1] : new Uint8Array(room)).fill(0).subarray(to.shift);
      sourceRoom.set(randomBytes(room, length));
      const source = sourceRoom.subarray(from.shift, from.shift + length);
      copyBytes(source, target, offset, workspace);
      const expected = new Uint8Array(target.length);
      expected.set(source, offset);
      expect(Buffer.compare(target, expected)).toBe(0);
    }),
  );
});

test('refuses to write past its target', () => {
  const source = workspace.allocate(1000);
  const target = workspace.allocate(1000);
  expect(() => copyBytes(source, target, 1, workspace)).toThrow(RangeError);
  expect(() => copyBytes(source.subarray(0, 10), target, 995, workspace)).toThrow(RangeError);
});
