import { decodeFloats } from '../../tensor/floats.ts';
import type { BlockForm } from './blocks.ts';

/** The values that blocks of `form` stand for. */
export function decodeBlocks(form: BlockForm, bytes: Uint8Array): Float32Array {
  const values = new Float32Array((bytes.length / form.bytes) * form.elements);
  if (form.id === 'F32' || form.id === 'F16') return decodeFloats(form.id, bytes);
  for (let block = 0; block * form.bytes < bytes.length; block++) {
    const own = bytes.subarray(block * form.bytes, (block + 1) * form.bytes);
    decoders[form.id]?.(own, values.subarray(block * form.elements, (block + 1) * form.elements));
  }
  return values;
}

const at = (bytes: Uint8Array, place: number): number => bytes[place] ?? 0;
const signed = (byte: number): number => (byte << 24) >> 24;
const halfAt = (bytes: Uint8Array, place: number): number =>
  decodeFloats('F16', bytes.subarray(place, place + 2))[0] ?? 0;

const decoders: Readonly<Record<string, (bytes: Uint8Array, values: Float32Array) => void>> = {
  Q8_0(bytes, values) {
    const scale = halfAt(bytes, 0);
    for (let index = 0; index < 32; index++) values[index] = scale * signed(at(bytes, 2 + index));
  },
  Q4_0(bytes, values) {
    const scale = halfAt(bytes, 0);
    for (let index = 0; index < 16; index++) {
      const byte = at(bytes, 2 + index);
      values[index] = scale * ((byte & 15) - 8);
      values[index + 16] = scale * ((byte >> 4) - 8);
    }
  },
  Q4_K(bytes, values) {
    const [scale, minimum] = [halfAt(bytes, 0), halfAt(bytes, 2)];
    for (let index = 0; index < 256; index++) {
      const part = index >> 5;
      const [low, high] = [at(bytes, 4 + (part & 3)), at(bytes, 8 + (part & 3))];
      const both = at(bytes, 12 + (part & 3));
      const scaleCode = part < 4 ? low & 63 : (both & 15) | ((low >> 6) << 4);
      const minimumCode = part < 4 ? high & 63 : (both >> 4) | ((high >> 6) << 4);
      const byte = at(bytes, 16 + 32 * (index >> 6) + (index & 31));
      const code = (index & 32) === 0 ? byte & 15 : byte >> 4;
      values[index] = scale * scaleCode * code - minimum * minimumCode;
    }
  },
  Q6_K(bytes, values) {
    const scale = halfAt(bytes, 208);
    for (let index = 0; index < 256; index++) {
      const [side, within] = [index >> 7, index & 127];
      const [quarter, place] = [within >> 5, within & 31];
      const byte = at(bytes, 64 * side + 32 * (quarter & 1) + place);
      const low = quarter < 2 ? byte & 15 : byte >> 4;
      const high = (at(bytes, 128 + 32 * side + place) >> (2 * quarter)) & 3;
      values[index] = scale * signed(at(bytes, 192 + (index >> 4))) * ((low | (high << 4)) - 32);
    }
  },
};
