import { FileSource } from '../../src/engine/io/file-source.ts';
import {
  edited,
  given,
  graphTensors,
  readGraph,
  replace,
  type Edit,
  type OnnxTensor,
  type OnnxValue,
} from '../../src/engine/onnx/index.ts';
import { bytesField, joined } from '../../src/engine/onnx/messages.ts';
import { decodeFloats, encodeFloats } from '../../src/engine/tensor/floats.ts';
import { bytes, tensor as tensorMessage, whole } from './onnx.ts';

const typeNumbers = { F16: 10, BF16: 16 } as const;
/** The largest number of half precision, which stands for all that are larger, as converters have it. */
const mostHalf = 65_504;

/** An ONNX file whose floats, weights and all values between nodes, are 16-bit ones, for a file where they are in single precision. */
export async function narrowedModel(path: string, dtype: keyof typeof typeNumbers): Promise<Uint8Array> {
  await using source = await FileSource.open(path);
  const model = await readGraph(source);
  const type = typeNumbers[dtype];
  const narrowed = async ({ name, shape, data, ...place }: OnnxTensor): Promise<Edit> => {
    if (data.kind !== 'inline') throw new Error(`The elements of "${name}" are not in the file itself.`);
    const elements = new Uint8Array(data.byteLength);
    await source.read(data.offset, elements);
    const values = decodeFloats('F32', elements).map((value) => Math.max(-mostHalf, Math.min(mostHalf, value)));
    const head = Uint8Array.from(tensorMessage({ name, dims: shape, type }));
    return replace(
      place,
      given(bytesField(place.span.number, joined(head, bytesField(9, encodeFloats(dtype, values))))),
    );
  };
  const declared = ({ name, shape = [], ...place }: OnnxValue): Edit => {
    const extents = shape.flatMap((extent) =>
      bytes(1, typeof extent === 'number' ? whole(1, extent) : bytes(2, extent ?? '')),
    );
    const message = [...bytes(1, name), ...bytes(2, bytes(1, [...whole(1, type), ...bytes(2, extents)]))];
    return replace(place, given(Uint8Array.from(bytes(place.span.number, message))));
  };
  const edits: Edit[] = [];
  for (const graph of model.graphs) {
    for (const tensor of graphTensors(graph)) if (tensor.type.dtype === 'F32') edits.push(await narrowed(tensor));
    for (const value of [...graph.inputs, ...graph.outputs, ...graph.values])
      if (value.type?.dtype === 'F32') edits.push(declared(value));
    for (const { operator, attributes } of graph.nodes) {
      const to = operator === 'Cast' ? attributes.get('to') : undefined;
      if (to?.int !== 1) continue;
      const message = [...bytes(1, 'to'), ...whole(3, type), ...whole(20, 2)];
      edits.push(replace(to, given(Uint8Array.from(bytes(to.span.number, message)))));
    }
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of edited(source, edits).chunks()) chunks.push(chunk.slice());
  return joined(...chunks);
}
