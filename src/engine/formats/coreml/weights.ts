import { limits } from '../../limits.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import type { Field, Wire } from '../protobuf.ts';
import { layer, model, weightParams, type MessageType } from './messages.ts';

/** Finds the weights of the Model message that is the whole file, called by layer and parameter. Throws MalformedFileError. */
export async function readWeights(wire: Wire): Promise<readonly TensorRange[]> {
  const tensors: TensorRange[] = [];
  await walk(model, 0, wire.size, '', 0);
  return tensors;

  async function walk(type: MessageType, start: number, end: number, path: string, depth: number): Promise<void> {
    if (depth > limits.protobufDepth) wire.fail(`messages nested deeper than ${limits.protobufDepth}`, start);
    let name = path;
    await wire.fields(start, end, async (field) => {
      if (field.kind !== 'bytes') return;
      if (type === layer && field.number === 1) name = await wire.text(field);
      const [next, word] = type.fields.get(field.number) ?? [];
      if (next === undefined || word === undefined) return;
      const below = word === '' ? name : `${name}.${word}`;
      if (next === weightParams) tensors.push(...(await readParams(field, below)));
      else await walk(next, field.start, field.end, below, depth + 1);
      if (tensors.length > limits.tensors) wire.fail(`more than ${limits.tensors} tensors`, field.start);
    });
  }

  async function readParams({ start, end }: Field, name: string): Promise<readonly TensorRange[]> {
    const found: { readonly dtype: string; readonly width: number; readonly field: Field }[] = [];
    let bits = 0;
    await wire.fields(start, end, async (field) => {
      if (field.kind !== 'bytes') return;
      const [dtype, width] = payloads.get(field.number) ?? [];
      if (dtype !== undefined && width !== undefined) found.push({ dtype, width, field });
      else if (field.number === quantization)
        await wire.fields(field.start, field.end, (part) => {
          if (part.number === 1 && part.kind === 'varint') bits = part.value;
        });
    });
    return found.map(({ dtype, width, field }) => {
      const byteLength = field.end - field.start;
      const plain = dtype === raw && bits === 8 ? 'U8' : dtype;
      return {
        name,
        dtype: byteLength % width === 0 ? plain : `${plain}?`,
        shape: [Math.floor(byteLength / width)],
        offset: field.start,
        byteLength,
      };
    });
  }
}

const quantization = 40;
const raw = 'quantized';

/** The fields of WeightParams that hold numbers: floatValue (packed), float16Value, rawValue, int8RawValue. */
const payloads: ReadonlyMap<number, readonly [string, number]> = new Map([
  [1, ['F32', 4]],
  [2, ['F16', 2]],
  [30, [raw, 1]],
  [31, ['I8', 1]],
]);
