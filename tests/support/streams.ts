import fc from 'fast-check';
import type { Stream, Width } from '../../src/engine/codecs/codec.ts';
import type { DType } from '../../src/engine/tensor/dtype.ts';

/** Streams to try codecs on. Everything is seeded: the same name always gives the same bytes. */
export interface NamedStream {
  readonly name: string;
  readonly stream: Stream;
  readonly dtype?: DType;
}

export const widths = [1, 2, 4, 8] as const satisfies readonly Width[];

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `length` bytes of full entropy. */
export function randomBytes(length: number, seed = 1): Uint8Array {
  const next = randomNumbers(seed);
  return Uint8Array.from({ length }, () => next() * 256);
}

/** Normally distributed numbers with standard deviation `sigma`, as a layer's weights are (Box–Muller). */
export function gaussians(count: number, sigma = 0.02, seed = 1): Float64Array {
  const next = randomNumbers(seed);
  return Float64Array.from(
    { length: count },
    () => sigma * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

/** Rounds to the nearest BF16, ties to even, and gives the bits. */
export function bf16Bits(values: ArrayLike<number>): Uint16Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

/** Gaussian weights in a float dtype, as a stream. */
export function weights(dtype: 'BF16' | 'F16' | 'F32' | 'F64', count: number, seed = 1, sigma = 0.02): NamedStream {
  const values = gaussians(count, sigma, seed);
  const stream = {
    BF16: () => streamOf(bf16Bits(values)),
    F16: () => streamOf(Float16Array.from(values)),
    F32: () => streamOf(Float32Array.from(values)),
    F64: () => streamOf(values),
  }[dtype]();
  return { name: `${count} ${dtype} weights`, stream, dtype };
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | BigUint64Array | Float16Array | Float32Array | Float64Array;

/** The bytes of a typed array as a stream of its width. */
export function streamOf(numbers: Numbers): Stream {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return { bytes, width: numbers.BYTES_PER_ELEMENT as Width };
}

/** Inputs that break codecs: no element, one, odd counts, one value only, full entropy, the special floats of each width. */
export function edgeStreams(width: Width): readonly NamedStream[] {
  const counts = [0, 1, 2, 3, 7, 8, 9, 15, 17, 31, 33, 63, 65, 127, 129, 255, 257, 1000, 1023, 4097];
  const random = counts.map((count) => ({ name: `${count} random`, bytes: randomBytes(count * width, count + 1) }));
  const skewed = randomBytes(3001 * width, 5).map((byte) => (byte < 250 ? 0 : byte));
  const named: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [
    ...random,
    { name: 'zeros', bytes: new Uint8Array(777 * width) },
    { name: 'ones', bytes: new Uint8Array(777 * width).fill(0xff) },
    { name: 'one odd element behind zeros', bytes: new Uint8Array(777 * width).fill(1, 776 * width) },
    { name: 'all bytes in order', bytes: Uint8Array.from({ length: 256 * width * 3 }, (_, at) => at) },
    {
      name: 'two values by turns',
      bytes: Uint8Array.from({ length: 500 * width }, (_, at) => Math.floor(at / width) % 2),
    },
    { name: 'few large symbols', bytes: skewed },
    { name: 'text', bytes: new TextEncoder().encode('{"weight":[0,1024],"dtype":"F32"},'.repeat(8 * width)) },
    { name: 'special floats', bytes: specialFloats(width) },
  ];
  return named.map(({ name, bytes }) => ({ name: `${name}, width ${width}`, stream: { bytes, width } }));
}

/** Signed zeros, the smallest and largest subnormals, infinities, NaNs with payloads, and their neighbours, repeated. */
function specialFloats(width: Width): Uint8Array {
  const bits = BigInt(width * 8);
  const sign = 1n << (bits - 1n);
  const infinities = { 1: 0x78n, 2: 0x7c00n, 4: 0x7f80_0000n, 8: 0x7ff0_0000_0000_0000n };
  const infinity = infinities[width];
  const mask = (1n << bits) - 1n;
  const positive = [
    0n,
    1n,
    2n,
    infinity - 1n,
    infinity,
    infinity + 1n,
    (infinity | 5n) & mask,
    sign - 1n,
    0x7f80n & mask,
  ];
  const all = positive.flatMap((value) => [value, value | sign]);
  return Uint8Array.from({ length: all.length * width * 5 }, (_, at) =>
    Number((all[Math.floor(at / width) % all.length]! >> BigInt((at % width) * 8)) & 0xffn),
  );
}

/** Streams beside the same place of a base model: fine-tuned weights, equal ones, unrelated ones, every float there is. */
export function referencedStreams(count = 6000): readonly NamedStream[] {
  const pairs = (['BF16', 'F16', 'F32', 'F64'] as const).flatMap((dtype) => {
    const base = weights(dtype, count).stream;
    const other = weights(dtype, count, 2).stream;
    const next = randomNumbers(7);
    const tuned = base.bytes.map((byte, at) => (at % base.width === 0 && next() < 0.4 ? byte ^ 3 : byte));
    return [
      { name: `fine-tuned ${dtype}`, bytes: tuned, base, dtype },
      { name: `equal ${dtype}`, bytes: base.bytes.slice(), base, dtype },
      { name: `unrelated ${dtype}`, bytes: other.bytes, base, dtype },
    ];
  });
  const edges = widths.flatMap((width) => {
    const special = specialFloats(width);
    const reference = randomBytes(special.length, width);
    return [
      {
        name: `special floats of width ${width} to random ones`,
        bytes: special,
        base: { bytes: reference, width },
        dtype: undefined,
      },
      {
        name: `random elements of width ${width} to special floats`,
        bytes: reference,
        base: { bytes: special, width },
        dtype: undefined,
      },
      {
        name: `no elements of width ${width}`,
        bytes: new Uint8Array(0),
        base: { bytes: new Uint8Array(0), width },
        dtype: undefined,
      },
    ];
  });
  return [...pairs, ...edges].map(({ name, bytes, base, dtype }) => ({
    name,
    stream: { bytes, width: base.width, reference: base.bytes },
    ...(dtype && { dtype }),
  }));
}

/** Streams as models have them: weights in every float dtype, pruned, upcast, clustered, integers, masks. */
export function modelStreams(count = 6000): readonly NamedStream[] {
  const next = randomNumbers(9);
  const values = gaussians(count);
  const pruned = values.map((value) => (next() < 0.6 ? 0 : value));
  const levels = gaussians(40, 0.1, 3);
  return [
    weights('BF16', count),
    weights('F16', count),
    weights('F32', count),
    weights('F64', count / 2),
    {
      name: 'F32 upcast from BF16',
      stream: streamOf(Uint32Array.from(bf16Bits(values), (bits) => bits << 16)),
      dtype: 'F32',
    },
    { name: 'F32 upcast from F16', stream: streamOf(Float32Array.from(Float16Array.from(values))), dtype: 'F32' },
    { name: 'pruned F32', stream: streamOf(Float32Array.from(pruned)), dtype: 'F32' },
    { name: 'pruned BF16', stream: streamOf(bf16Bits(pruned)), dtype: 'BF16' },
    {
      name: 'clustered F32',
      stream: streamOf(Float32Array.from(values, () => levels[Math.floor(next() * 40)]!)),
      dtype: 'F32',
    },
    { name: 'norm weights of 1', stream: streamOf(new Float32Array(count).fill(1)), dtype: 'F32' },
    {
      name: 'positions',
      stream: streamOf(BigUint64Array.from({ length: count / 4 }, (_, at) => BigInt(at))),
      dtype: 'I64',
    },
    {
      name: 'token ids',
      stream: streamOf(Uint32Array.from({ length: count }, () => next() ** 3 * 50000)),
      dtype: 'I32',
    },
    { name: 'quantized', stream: streamOf(Uint8Array.from(values, (value) => 128 + value * 1000)), dtype: 'U8' },
    {
      name: 'causal mask',
      stream: streamOf(Uint8Array.from({ length: count }, (_, at) => (at % 77 < at / 77 ? 1 : 0))),
      dtype: 'BOOL',
    },
    {
      name: 'a text file',
      stream: { bytes: new TextEncoder().encode('the model and the weights of the model, '.repeat(99)), width: 1 },
    },
    { name: 'misplaced raw weights', stream: { bytes: weights('F32', count).stream.bytes.slice(1), width: 1 } },
    { name: 'unknown raw weights', stream: { bytes: weights('F32', count).stream.bytes.slice(0, -3), width: 1 } },
  ];
}

/** Any stream, biased towards repeated elements and runs so that every codec has something to find. */
export function anyStream(): fc.Arbitrary<Stream> {
  return fc.constantFrom(...widths).chain((width) => {
    const element = fc.uint8Array({ minLength: width, maxLength: width });
    const fewElements = fc
      .tuple(fc.array(element, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(4), { maxLength: 400 }))
      .map(([palette, places]) => Uint8Array.from(places.flatMap((place) => [...palette[place % palette.length]!])));
    const free = fc
      .uint8Array({ maxLength: 400 * width })
      .map((bytes) => bytes.slice(0, bytes.length - (bytes.length % width)));
    return fc.oneof(free, fewElements).map((bytes) => ({ bytes, width }));
  });
}
