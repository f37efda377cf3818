import { headerText, safetensorsFile } from '../support/safetensors.ts';

/** A model of one BF16 tensor whose values look like weights, the same at each call. */
export function weightsModel(bytes: number): Uint8Array {
  const data = new Uint8Array(bytes);
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const float = new Float32Array(1);
  const view = new Uint8Array(float.buffer);
  const period = Math.min(bytes, 2 ** 20);
  for (let offset = 0; offset < period; offset += 2) {
    float[0] = 0.02 * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    data[offset] = view[2]!;
    data[offset + 1] = view[3]!;
  }
  for (let offset = period; offset < bytes; offset += period)
    data.copyWithin(offset, 0, Math.min(period, bytes - offset));
  const tensor = { name: 'layer.weight', dtype: 'BF16', shape: [bytes / 2], begin: 0, end: bytes } as const;
  return safetensorsFile(headerText([tensor], {}), data);
}

/** Made-up sentences: what takes the engine longest for its size, so that a test can look at work before it is done. */
export function textFile(bytes: number): Uint8Array {
  const words = 'the model keeps each layer of weights near some other and then a tensor is small again but never lost';
  let state = 1;
  const next = (count: number) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % count;
  const choices = words.split(' ');
  const period = Math.min(bytes, 2 ** 20);
  let text = '';
  while (text.length < period) text += `${choices[next(choices.length)]}${next(9) === 0 ? '.\n' : ' '}`;
  return Buffer.alloc(bytes, text.slice(0, period));
}

/** A file whose header says that it is longer than the file. */
export function brokenModel(): Uint8Array {
  const bytes = new Uint8Array(4096);
  new DataView(bytes.buffer).setBigUint64(0, 1_000_000n, true);
  bytes.set(new TextEncoder().encode('{"a":'), 8);
  return bytes;
}

/** A model of blocks with many small tensors each, such as mixtures of experts have. */
export function manyTensorsModel(count: number): Uint8Array {
  let end = 0;
  const tensors = Array.from({ length: count }, (_, index) => {
    const bytes = 16 * (1 + (index % 23));
    const [layer, expert] = [Math.floor(index / 1000), index % 1000];
    const begin = end;
    end += bytes;
    return { name: `model.layers.${layer}.experts.${expert}.weight`, dtype: 'BF16', shape: [bytes / 2], begin, end };
  });
  const data = new Uint8Array(end);
  for (let offset = 0; offset < end; offset += 2) data.set([(offset * 37) & 255, 60 + ((offset >> 5) & 3)], offset);
  return safetensorsFile(headerText(tensors, {}), data);
}
