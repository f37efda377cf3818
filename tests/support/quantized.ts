import { ggufFile } from './gguf.ts';
import { gaussians } from './streams.ts';

const blockElements = 32;

/** Normally distributed weights as Q8_0 records: a scale and 32 bytes, rounded to the nearest. */
export function q8Records(count: number, seed = 1): Uint8Array {
  return recordsOf(count, seed, 34, (weights, view, at) => {
    const scale = writeScale(view, at, greatestOf(weights) / 127);
    weights.forEach((weight, place) => {
      view.setInt8(at + 2 + place, Math.max(-127, Math.min(127, Math.round(weight / scale))));
    });
  });
}

/** The same as Q4_0 records: a scale and 32 numbers of four bits. */
export function q4Records(count: number, seed = 1): Uint8Array {
  return recordsOf(count, seed, 18, (weights, view, at) => {
    const scale = writeScale(view, at, greatestOf(weights) / 8);
    const nibble = (place: number) => Math.max(0, Math.min(15, Math.floor((weights[place] ?? 0) / scale + 8.5)));
    for (let place = 0; place < 16; place++) view.setUint8(at + 2 + place, nibble(place) | (nibble(place + 16) << 4));
  });
}

/** A GGUF file of one tensor of each of these types. */
export function ggufModel(
  tensors: readonly { readonly type: number; readonly elements: number; readonly bytes: Uint8Array }[],
) {
  let data = 0;
  const rows = tensors.map(({ type, elements, bytes }, place) => {
    const offset = data;
    data += Math.ceil(bytes.length / 32) * 32;
    return { name: `tensor.${place}`, shape: [elements], type, offset };
  });
  const file = ggufFile({ tensors: rows, data });
  tensors.forEach(({ bytes }, place) => {
    file.set(bytes, file.length - data + (rows[place]?.offset ?? 0));
  });
  return file;
}

function recordsOf(
  count: number,
  seed: number,
  stride: number,
  write: (weights: Float64Array, view: DataView, at: number) => void,
): Uint8Array {
  const weights = gaussians(count, 0.02, seed);
  const bytes = new Uint8Array((count / blockElements) * stride);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < count / blockElements; block++)
    write(weights.subarray(block * blockElements, (block + 1) * blockElements), view, block * stride);
  return bytes;
}

function greatestOf(weights: Float64Array): number {
  return weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
}

/** Writes a scale as F16 and gives what it was rounded to. */
function writeScale(view: DataView, at: number, scale: number): number {
  view.setFloat16(at, scale, true);
  return view.getFloat16(at, true);
}
