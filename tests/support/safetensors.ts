import fc from 'fast-check';
import { byteLengthOf, dtypes, type DType } from '../../src/engine/tensor/dtype.ts';

/** What a generated file holds; offsets count from the start of the data. */
export interface ExpectedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsSample {
  readonly bytes: Uint8Array;
  readonly dataStart: number;
  /** In the order of the header. */
  readonly tensors: readonly ExpectedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A safetensors file with exactly this header text and this data. */
export function safetensorsFile(header: string | Uint8Array, data: Uint8Array | number = 0): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const body = typeof data === 'number' ? new Uint8Array(data) : data;
  const file = new Uint8Array(8 + text.length + body.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(body, 8 + text.length);
  return file;
}

/** The header text of these tensors, keys in the order given. */
export function headerText(tensors: readonly ExpectedTensor[], metadata?: Readonly<Record<string, string>>): string {
  const members = tensors.map(
    ({ name, dtype, shape, begin, end }) =>
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`,
  );
  const described = metadata === undefined ? [] : [`"__metadata__":${metadataText(metadata)}`];
  return `{${[...described, ...members].join(',')}}`;
}

function metadataText(metadata: Readonly<Record<string, string>>): string {
  return `{${Object.entries(metadata)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',')}}`;
}

const names = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '', ' ', 'a"b\\c\n', '層.0.重み', 'x'.repeat(10_000)),
);
const metadatas = fc.option(
  fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.string(), { maxKeys: 4 }),
  {
    nil: undefined,
  },
);

/** Valid files of every dtype: scalars, empty tensors, odd counts below a byte, padding, holes, trailing bytes, any order. */
export const safetensorsSamples: fc.Arbitrary<SafetensorsSample> = fc
  .record({
    tensors: fc.uniqueArray(
      fc.record({
        name: names.filter((name) => name !== '__metadata__'),
        dtype: fc.constantFrom(...(Object.keys(dtypes) as DType[])),
        shape: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
        hole: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 9 })),
        place: fc.nat(),
      }),
      { selector: ({ name }) => name, maxLength: 12 },
    ),
    metadata: metadatas,
    padding: fc.nat(16),
    tail: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 40 })),
    fill: fc.nat(255),
  })
  .map(({ tensors, metadata, padding, tail, fill }) => {
    let end = 0;
    const placed = tensors.map(({ name, dtype, shape, hole, place }) => {
      const begin = end + hole;
      end = begin + (byteLengthOf(dtype, shape) ?? 0);
      return { place, tensor: { name, dtype, shape, begin, end } };
    });
    const listed = placed.sort((a, b) => a.place - b.place).map(({ tensor }) => tensor);
    const header = headerText(listed, metadata) + ' '.repeat(padding);
    const bytes = safetensorsFile(header, new Uint8Array(end + tail).fill(fill));
    return { bytes, dataStart: bytes.length - end - tail, tensors: listed, metadata: metadata ?? {} };
  });
