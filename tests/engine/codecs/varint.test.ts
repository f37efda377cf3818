import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readVarint, varintLength, writeVarint } from '../../../src/engine/codecs/varint.ts';
import { DamagedArchiveError } from '../../../src/engine/errors.ts';

const numbers = fc.oneof(fc.nat(0x7f), fc.nat(0x4000), fc.integer({ min: 0, max: 0xffff_ffff }));

test('numbers come back from as many bytes as announced', () => {
  fc.assert(
    fc.property(numbers, fc.nat(3), (value, offset) => {
      const bytes = new Uint8Array(12).fill(0xff);
      const end = writeVarint(bytes, offset, value);
      expect(end - offset).toBe(varintLength(value));
      expect(readVarint(bytes, offset, end)).toEqual({ value, end });
      expect(() => readVarint(bytes, offset, end - 1)).toThrow(DamagedArchiveError);
    }),
  );
});

test('every number has one spelling', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 7 }), (bytes) => {
      let read;
      try {
        read = readVarint(bytes, 0, bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedArchiveError);
        return;
      }
      const again = new Uint8Array(read.end);
      expect(writeVarint(again, 0, read.value)).toBe(read.end);
      expect(again).toEqual(bytes.slice(0, read.end));
    }),
  );
});
