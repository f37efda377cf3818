import { UnsupportedInputError } from '../../errors.ts';
import type { ByteSource } from '../../io/source.ts';
import {
  replace,
  type Edit,
  type OnnxGraph,
  type OnnxModel,
  type OnnxTensor,
  type WeightUses,
} from '../../onnx/index.ts';
import type { InputFile, Inputs } from '../../models/inputs.ts';
import { floatTensor, type FloatTensor } from '../float-tensor.ts';
import { copied } from './rebuild.ts';
import { constantNode } from './rewrite.ts';
import type { TensorStore } from './store.ts';

/** The ONNX file of a model; `undefined` where there is none. */
export function describing({ files }: Inputs): InputFile | undefined {
  return files.find(({ layout, name }) => layout?.format === 'onnx' && name.toLowerCase().endsWith('.onnx'));
}

/** A tensor of the model and where its elements are. */
export interface Located {
  readonly weight: WeightUses;
  /** The name of the file that has them. */
  readonly holder: string;
  readonly source: ByteSource;
  readonly offset: number;
  readonly byteLength: number;
}

/** Messages name the file as the model does, not by its place on disk. */
export function named({ name, source }: InputFile): ByteSource {
  return {
    name,
    size: source.size,
    read: (offset, target) => source.read(offset, target),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Where the elements of a weight are; nothing where they are no run of bytes. Throws UnsupportedInputError where their file is not there. */
export function locate(weight: WeightUses, file: InputFile, { files }: Inputs): readonly Located[] {
  const { tensor } = weight;
  const { data, type, shape } = tensor;
  if (data.kind === 'other') return [];
  if (data.kind === 'inline')
    return [{ weight, holder: file.name, source: file.source, offset: data.offset, byteLength: data.byteLength }];
  const expected = Math.ceil(shape.reduce((product, extent) => product * extent, type.bits) / 8);
  const byteLength = data.byteLength ?? expected;
  const holder = files.find(({ name }) => name === data.location);
  if (holder === undefined || !Number.isSafeInteger(byteLength) || data.offset + byteLength > holder.source.size)
    throw new UnsupportedInputError(
      `The tensor "${tensor.name}" of "${file.name}" is in the file "${data.location}", which is not there or too short.`,
      { file: file.name, tensor: tensor.name },
    );
  return [{ weight, holder: holder.name, source: holder.source, offset: data.offset, byteLength }];
}

/** The numbers of a tensor of this graph in single precision; `undefined` for all others. */
export function floatsOf(
  tensor: OnnxTensor,
  graph: OnnxGraph,
  file: InputFile,
  inputs: Inputs,
): FloatTensor | undefined {
  if (tensor.type.dtype !== 'F32') return undefined;
  const [located] = locate({ tensor, graph, uses: [], position: 'none' }, file, inputs);
  if (located === undefined) return undefined;
  const { name, shape } = tensor;
  const { source, offset, byteLength } = located;
  return floatTensor(source, { name, dtype: 'F32', shape, offset, byteLength });
}

/** Elements in other files are found for initializers and Constants only; throws UnsupportedInputError where there are others. */
export function refuseStrayTensors(model: OnnxModel): void {
  for (const { nodes } of model.graphs)
    for (const { operator, attributes } of nodes)
      for (const { name, tensor } of attributes.values())
        if (tensor?.data.kind === 'external' && !(operator === 'Constant' && name === 'value'))
          throw new UnsupportedInputError(
            `"${model.file}" keeps the attribute "${name}" of a ${operator} in another file, which cannot be exported.`,
            { file: model.file },
          );
}

/** The same elements, in the new data file. */
export function carried(
  tensor: OnnxTensor,
  source: ByteSource,
  offset: number,
  byteLength: number,
  store: TensorStore,
): readonly Edit[] {
  // A Constant's tensor is field 5 of its attribute, as an initializer is of its graph.
  const type = tensor.typeNumber;
  const place = constantNode(tensor);
  if (place !== undefined && tensor.data.kind === 'inline') return [];
  return [
    replace(
      tensor,
      ...store.add({ name: tensor.name, type, shape: tensor.shape }, copied(source, offset, offset + byteLength)),
    ),
  ];
}

/** The elements in other files of all these tensors but those that are written anew, in the new data file. */
export function carriedOthers(
  located: readonly Located[],
  gone: ReadonlySet<OnnxTensor>,
  store: TensorStore,
): readonly Edit[] {
  return located.flatMap(({ weight: { tensor }, source, offset, byteLength }) =>
    tensor.data.kind === 'external' && !gone.has(tensor) ? carried(tensor, source, offset, byteLength, store) : [],
  );
}
