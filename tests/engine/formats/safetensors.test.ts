import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedFileError } from '../../../src/engine/errors.ts';
import { safetensors } from '../../../src/engine/formats/safetensors/index.ts';
import { memorySource } from '../../../src/engine/io/memory-source.ts';
import type { ByteSource } from '../../../src/engine/io/source.ts';
import { dtypes } from '../../../src/engine/tensor/dtype.ts';
import { headerText, safetensorsFile, safetensorsSamples } from '../../support/safetensors.ts';

const limits = { headerBytes: 1_000_000 };
const scan = (bytes: Uint8Array) => safetensors.scan(memorySource(bytes, 'sample.safetensors'), limits);
const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe('valid files', () => {
  test('every tensor of 400 generated files is found with its name, dtype, shape and place', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(safetensorsSamples, async ({ bytes, dataStart, tensors, metadata }) => {
        const layout = await scan(bytes);
        const found = new Map(layout.tensors.map((tensor) => [tensor.name, tensor]));
        expect(layout.tensors.length).toBe(tensors.length);
        for (const { name, dtype, shape, begin, end } of tensors) {
          expect(found.get(name)).toEqual({ name, dtype, shape, offset: dataStart + begin, byteLength: end - begin });
          seen.add(dtype);
        }
        expect(Object.entries(layout.metadata).sort()).toEqual(Object.entries(metadata).sort());
      }),
      { numRuns: 400 },
    );
    expect([...seen].sort()).toEqual(Object.keys(dtypes).sort());
  });

  test('no tensors, and metadata that is missing, empty or null, are ordinary', async () => {
    for (const header of ['{}', '{"__metadata__":{}}', '{"__metadata__":null}', '{}      ']) {
      const layout = await scan(safetensorsFile(header));
      expect(layout).toMatchObject({ tensors: [], notices: [] });
      expect(Object.keys(layout.metadata)).toEqual([]);
    }
  });

  test('names of object properties are names like others and leave Object.prototype alone', async () => {
    const tensor = entry('U8', '[1]', '[0,1]');
    const header = `{"__proto__":${tensor},"__metadata__":{"__proto__":"x","constructor":"y"},"constructor":${entry('U8', '[1]', '[1,2]')}}`;
    const { tensors, metadata } = await scan(safetensorsFile(header, 2));
    expect(tensors.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
    expect(Object.entries(metadata)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(({} as { dtype?: unknown }).dtype).toBeUndefined();
  });

  test('only the header is read', async () => {
    const bytes = safetensorsFile(`{"a":${entry('F32', '[1000]', '[0,4000]')}}`, 4000);
    const read: [number, number][] = [];
    const inner = memorySource(bytes);
    const source: ByteSource = {
      ...inner,
      read: (at, into) => (read.push([at, at + into.length]), inner.read(at, into)),
    };
    await safetensors.scan(source, limits);
    expect(Math.max(...read.map(([, end]) => end))).toBe(bytes.length - 4000);
  });
});

describe('unusual files are read with one notice for each kind', () => {
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ['bytes behind the last tensor', `{"a":${entry('U8', '[2]', '[0,2]')}}`, 14, /^12 bytes follow the last tensor/],
    [
      'a hole',
      `{"a":${entry('U8', '[1]', '[0,1]')},"b":${entry('U8', '[1]', '[3,4]')}}`,
      4,
      /^2 bytes before the tensor "b"/,
    ],
    ['an unknown dtype', `{"a":${entry('I3', '[4]', '[0,1]')}}`, 1, /unknown dtype "I3"/],
    [
      'a length unlike dtype × shape',
      `{"a":${entry('F32', '[3]', '[0,8]')}}`,
      8,
      /8 bytes long, but F32 \[3\] takes 12/,
    ],
    ['a shape that overflows', `{"a":${entry('U8', '[9007199254740991,9]', '[0,1]')}}`, 1, /more than can be counted/],
    ['an odd count below a byte', `{"a":${entry('F4', '[3]', '[0,2]')}}`, 2, /ends inside a byte/],
    [
      'unaligned elements',
      ` {"a":${entry('U8', '[1]', '[0,1]')},"b":${entry('F64', '[1]', '[1,9]')}}`,
      9,
      /not aligned to its 8-byte/,
    ],
    [
      'white space before the header',
      `  {"a":${entry('U8', '[1]', '[0,1]')}}`,
      1,
      /begins with 2 bytes of white space/,
    ],
    [
      'an unknown field',
      `{"a":{"extra":[{"x":[1.5e3,true,null]}],"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`,
      1,
      /unknown field "extra"/,
    ],
  ];
  test.each(cases)('%s', async (_, header, data, expected) => {
    const { tensors, notices } = await scan(safetensorsFile(header, data));
    expect(tensors.length).toBeGreaterThan(0);
    expect(notices.map(({ message }) => message).join('\n')).toMatch(expected);
  });

  test('a tensor of broken elements gets a dtype word that no coder knows', async () => {
    const { tensors } = await scan(safetensorsFile(`{"a":${entry('F32', '[1]', '[0,3]')}}`, 3));
    expect(tensors[0]?.dtype).toBe('F32?');
  });

  test('a thousand findings of one kind make one notice', async () => {
    const tensors = Array.from({ length: 1000 }, (_, i) => ({
      name: `t${i}`,
      dtype: 'X',
      shape: [],
      begin: i,
      end: i + 1,
    }));
    const { notices } = await scan(safetensorsFile(headerText(tensors), 1000));
    expect(notices).toHaveLength(1);
    expect(notices[0]?.message).toContain('and 999 more');
  });
});

describe('hostile files are refused with the place and what is allowed', () => {
  const one = entry('U8', '[4]', '[0,4]');
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an empty file', new Uint8Array(0), /0 bytes long/],
    ['half a length', new Uint8Array(7), /7 bytes long/],
    ['a header longer than the file', withLength(10n, '{}'), /10 bytes long \(byte 0\), but only 2 follow/],
    ['a header length of 2^64 - 1', withLength(2n ** 64n - 1n, '{}'), /18446744073709551615 bytes long/],
    [
      'a header above the limit',
      safetensorsFile('{}' + ' '.repeat(1_000_000)),
      /1000002 bytes long .* at most 1000000/,
    ],
    ['an empty header', safetensorsFile(''), /the end where "\{"/],
    ['an array', safetensorsFile('[]'), /"\[" where "\{" is expected at byte 8/],
    ['text behind the header', safetensorsFile('{} x'), /"x" after the end/],
    ['NUL padding', safetensorsFile('{}\0'), /byte 0x00 after the end/],
    ['a trailing comma', safetensorsFile(`{"a":${one},}`, 4), /where """ is expected/],
    ['a comment', safetensorsFile(`{/**/"a":${one}}`, 4), /"\/" where/],
    ['an unfinished string', safetensorsFile('{"a'), /string without an end at byte 9/],
    ['an unfinished escape', safetensorsFile('{"a\\'), /string without an end/],
    ['a bad escape', safetensorsFile('{"\\x":1}'), /bad escape/],
    ['a raw control character', safetensorsFile('{"\n":1}'), /control character/],
    ['half a surrogate pair', safetensorsFile(`{"\\ud800":${one}}`, 4), /half a surrogate/],
    ['invalid UTF-8', safetensorsFile(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), /not valid UTF-8/],
    [
      'overlong UTF-8',
      safetensorsFile(Uint8Array.of(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d)),
      /not valid UTF-8/,
    ],
    ['a byte order mark', safetensorsFile('\ufeff{}'), /byte 0xef where/],
    ['a tensor twice', safetensorsFile(`{"a":${one},"a":${one}}`, 4), /the key "a" a second time/],
    ['a tensor twice, once escaped', safetensorsFile(`{"a":${one},"\\u0061":${one}}`, 4), /the key "a" a second time/],
    ['metadata twice', safetensorsFile('{"__metadata__":{},"__metadata__":{}}'), /"__metadata__" a second time/],
    ['a metadata key twice', safetensorsFile('{"__metadata__":{"k":"1","k":"2"}}'), /"k" a second time/],
    [
      'a field twice',
      safetensorsFile('{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
      /"dtype" a second/,
    ],
    [
      'metadata that is a number',
      safetensorsFile('{"__metadata__":{"k":1}}'),
      /the metadata "k" is not a string but number/,
    ],
    ['metadata that is a list', safetensorsFile('{"__metadata__":[]}'), /"\[" where "\{"/],
    ['a tensor that is no object', safetensorsFile('{"a":[1]}'), /the tensor "a" is not an object but array/],
    ['a tensor without offsets', safetensorsFile('{"a":{"dtype":"U8","shape":[1]}}'), /lacks one of/],
    ['one offset', safetensorsFile(`{"a":${entry('U8', '[1]', '[0]')}}`, 1), /lacks one of/],
    ['three offsets', safetensorsFile(`{"a":${entry('U8', '[1]', '[0,1,1]')}}`, 1), /more than 2 numbers/],
    [
      'a dtype that is a number',
      safetensorsFile('{"a":{"dtype":1,"shape":[1],"data_offsets":[0,1]}}', 1),
      /"1" where """/,
    ],
    ['a negative offset', safetensorsFile(`{"a":${entry('U8', '[1]', '[-1,0]')}}`, 1), /-1 where a whole number/],
    ['minus zero', safetensorsFile(`{"a":${entry('U8', '[0]', '[-0,0]')}}`, 1), /-0 where a whole number/],
    ['a fraction', safetensorsFile(`{"a":${entry('U8', '[1]', '[0.0,1]')}}`, 1), /0\.0 where a whole number/],
    ['an exponent', safetensorsFile(`{"a":${entry('U8', '[1]', '[0,1e0]')}}`, 1), /1e0 where a whole number/],
    ['a leading zero', safetensorsFile(`{"a":${entry('U8', '[1]', '[00,1]')}}`, 1), /where a number is expected/],
    ['NaN', safetensorsFile(`{"a":${entry('U8', '[1]', '[0,NaN]')}}`, 1), /where a number is expected/],
    [
      'an offset of 2^53 + 1',
      safetensorsFile(`{"a":${entry('U8', '[1]', '[0,9007199254740993]')}}`, 1),
      /whole number from 0/,
    ],
    [
      'an offset above 2^64',
      safetensorsFile(`{"a":${entry('U8', '[1]', '[0,99999999999999999999]')}}`, 1),
      /whole number from 0/,
    ],
    [
      'a number of a million digits',
      safetensorsFile(`{"a":${entry('U8', `[${'9'.repeat(900_000)}]`, '[0,1]')}}`, 1),
      /a number is expected/,
    ],
    [
      'an end before its begin',
      safetensorsFile(`{"a":${entry('U8', '[1]', '[2,1]')}}`, 2),
      /ends at 1, before it begins at 2/,
    ],
    ['a tensor outside the file', safetensorsFile(`{"a":${one}}`, 3), /ends 1 bytes early: the tensor "a"/],
    [
      'two tensors that overlap',
      safetensorsFile(`{"a":${one},"b":${entry('U8', '[4]', '[3,7]')}}`, 7),
      /"a" and "b" overlap/,
    ],
    ['two tensors in one place', safetensorsFile(`{"a":${one},"b":${one}}`, 4), /"a" and "b" overlap/],
    [
      'an empty tensor inside another',
      safetensorsFile(`{"a":${one},"b":${entry('U8', '[0]', '[2,2]')}}`, 4),
      /overlap/,
    ],
    [
      '65 extents',
      safetensorsFile(`{"a":${entry('U8', `[${'1,'.repeat(64)}1]`, '[0,1]')}}`, 1),
      /more than 64 numbers/,
    ],
    ['JSON nested 100,000 deep', safetensorsFile(`{"a":{"x":${'['.repeat(100_000)}`), /nested deeper than 64/],
    ['objects nested 100,000 deep', safetensorsFile(`{"a":{"x":${'{"a":'.repeat(100_000)}`), /nested deeper than 64/],
  ];
  test.each(cases)('%s', async (_, bytes, expected) => {
    await expect(scan(bytes)).rejects.toThrow(MalformedFileError);
    await expect(scan(bytes)).rejects.toThrow(expected);
  });

  test('a name that comes back after many others', async () => {
    for (const repeated of ['t0', 't8', 't9', 't19']) {
      const names = [...Array.from({ length: 20 }, (_, i) => `t${i}`), repeated];
      const tensors = names.map((name, i) => ({ name, dtype: 'U8', shape: [1], begin: i, end: i + 1 }));
      await expect(scan(safetensorsFile(headerText(tensors), 21))).rejects.toThrow(
        `the key "${repeated}" a second time`,
      );
    }
  });

  test('a header of ten million tensors is refused before its memory is spent', async () => {
    const size = 700_000_000;
    let largest = 0;
    const source: ByteSource = {
      name: 'giant.safetensors',
      size,
      read: (offset, target) => {
        largest = Math.max(largest, target.length);
        if (offset === 0) new DataView(target.buffer).setBigUint64(0, BigInt(size - 100), true);
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    await expect(safetensors.scan(source, { headerBytes: Number.MAX_SAFE_INTEGER })).rejects.toThrow(
      /at most 100000000/,
    );
    expect(largest).toBe(8);
  });

  test('a message shows control and direction characters escaped and long names cut', async () => {
    const name = `\u202e\u0007${'y'.repeat(500)}`;
    const error: unknown = await scan(safetensorsFile(`{${JSON.stringify(name)}:${one}}`)).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as Error).message).toMatch(/\\u202e\\u0007y+…/);
    expect((error as Error).message.length).toBeLessThan(400);
  });
});

function withLength(length: bigint, header: string): Uint8Array {
  const bytes = safetensorsFile(header);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}
