import type { ModelType } from '../task/schema.ts';

/** Elements as the runtime takes and gives them; 16-bit floats as numbers, other floats as they are. */
export type Elements =
  | Float32Array
  | Float64Array
  | Float16Array
  | Uint16Array
  | Int32Array
  | Uint8Array
  | Int8Array
  | BigInt64Array
  | BigUint64Array
  | Uint32Array
  | Int16Array;

/** A tensor in memory. */
export interface Values {
  readonly type: string;
  readonly shape: readonly number[];
  readonly data: Elements;
}

/** `count` zeros of a type. */
export function zeros(type: ModelType, count: number): Elements {
  switch (type) {
    case 'float32':
      return new Float32Array(count);
    case 'float64':
      return new Float64Array(count);
    case 'float16':
      return new Float16Array(count);
    case 'int64':
      return new BigInt64Array(count);
    case 'int32':
      return new Int32Array(count);
    case 'int8':
      return new Int8Array(count);
    case 'uint8':
    case 'bool':
      return new Uint8Array(count);
  }
}

/** Numbers as elements of a type, rounded as the type does. */
export function elementsOf(type: ModelType, numbers: ArrayLike<number>): Elements {
  const elements = zeros(type, numbers.length);
  if (elements instanceof BigInt64Array)
    for (let at = 0; at < elements.length; at++) elements[at] = BigInt(Math.trunc(numbers[at] ?? 0));
  else (elements as Float32Array).set(numbers);
  return elements;
}

/** How many elements a shape has. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Tensors of one shape joined along their first axis. */
export function joined(parts: readonly Values[]): Values {
  const [first] = parts;
  if (first === undefined || parts.length === 1)
    return first ?? { type: 'float32', shape: [0], data: new Float32Array() };
  const each = first.data.length;
  const data = new (first.data.constructor as new (length: number) => Float32Array)(each * parts.length);
  for (const [place, part] of parts.entries()) data.set(part.data as Float32Array, place * each);
  const [batch = 1, ...rest] = first.shape;
  return { type: first.type, shape: [batch * parts.length, ...rest], data };
}
