import type { ByteSource } from '../../io/source.ts';
import { replace, insertBefore, given, appendToModel, type Edit } from '../../onnx/edit.ts';
import { opsetVersion, type OnnxGraph, type OnnxModel, type OnnxNode } from '../../onnx/graph.ts';
import { initializerField, joined, nodeField, opsetField, wholeField } from '../../onnx/messages.ts';
import { encodeFloats } from '../../tensor/floats.ts';
import { rebuilt, type Rebuilt } from './rebuild.ts';

/** The version of the format from which on a version of the operators may be used. Source: the table of releases of ONNX. */
const irVersions: ReadonlyMap<number, number> = new Map([
  [13, 7],
  [19, 9],
  [21, 10],
]);
/** Before this, shapes were broadcast by other rules. */
const oldestVersion = 7;

/** What has to be changed so that a model may use newer operators, or why that cannot be done. */
export type Raise = { readonly edits: readonly Edit[] } | { readonly refusal: string };

/** Makes an initializer beside the node: a list of whole numbers, or one float. Its name. */
type MakeNumbers = (what: string, values: readonly number[] | { readonly float: number }) => string;

/** A change of meaning: in which version it came, and what a node of before becomes; a text is why it cannot. */
interface Change {
  readonly version: number;
  convert(node: OnnxNode, numbers: MakeNumbers): Rebuilt | 'same' | { readonly refusal: string };
}

/** An attribute that became an input behind the others. */
const axesInput =
  (name: string, place: number) =>
  (node: OnnxNode, numbers: MakeNumbers): Rebuilt | 'same' => {
    const values = node.attributes.get(name)?.ints;
    if (values === undefined) return 'same';
    const inputs = Array.from({ length: place }, (_, index) => node.inputs[index] ?? '');
    return { inputs: [...inputs, numbers(name, values)], without: [name] };
  };

const changedWay = (what: string) => (): { readonly refusal: string } => ({ refusal: what });
const reductions =
  'ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare';

/** By operator, oldest first. What is not here takes the same nodes in every version up to 21. Source: the changelog of ONNX. */
const changes: Readonly<Record<string, readonly Change[]>> = {
  Squeeze: [{ version: 13, convert: axesInput('axes', 1) }],
  Unsqueeze: [{ version: 13, convert: axesInput('axes', 1) }],
  ReduceSum: [{ version: 13, convert: axesInput('axes', 1) }],
  ...Object.fromEntries(
    reductions.split(' ').map((operator) => [operator, [{ version: 18, convert: axesInput('axes', 1) }]]),
  ),
  Split: [
    { version: 13, convert: axesInput('split', 1) },
    {
      version: 18,
      convert: ({ inputs, outputs, attributes }) =>
        inputs.length > 1 || attributes.has('split') ? 'same' : { attributes: { num_outputs: outputs.length } },
    },
  ],
  Slice: [
    {
      version: 10,
      convert: ({ inputs, attributes }, numbers) => {
        const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name) => attributes.get(name)?.ints);
        if (starts === undefined || ends === undefined) return 'same';
        const made = [numbers('starts', starts), numbers('ends', ends)];
        const all = axes === undefined ? made : [...made, numbers('axes', axes)];
        return { inputs: [inputs[0] ?? '', ...all], without: ['starts', 'ends', 'axes'] };
      },
    },
  ],
  Softmax: [{ version: 13, convert: lastAxis }],
  LogSoftmax: [{ version: 13, convert: lastAxis }],
  Hardmax: [{ version: 13, convert: lastAxis }],
  Dropout: [{ version: 12, convert: ({ attributes }) => (attributes.has('ratio') ? { without: ['ratio'] } : 'same') }],
  TopK: [
    {
      version: 10,
      convert: ({ inputs, attributes }, numbers) => ({
        inputs: [inputs[0] ?? '', numbers('k', [attributes.get('k')?.int ?? 1])],
        without: ['k'],
      }),
    },
  ],
  Clip: [
    {
      version: 11,
      convert: ({ inputs, attributes }, numbers) => {
        const limit = (name: string): string => {
          const float = attributes.get(name)?.float;
          return float === undefined ? '' : numbers(name, { float });
        };
        return { inputs: [inputs[0] ?? '', limit('min'), limit('max')], without: ['min', 'max'] };
      },
    },
  ],
  Pad: [
    {
      version: 11,
      convert: ({ inputs, attributes }, numbers) => {
        const value = numbers('value', { float: attributes.get('value')?.float ?? 0 });
        return {
          inputs: [inputs[0] ?? '', numbers('pads', attributes.get('pads')?.ints ?? []), value],
          without: ['pads', 'value'],
        };
      },
    },
  ],
  Upsample: [{ version: 10, convert: changedWay('it was replaced by Resize') }],
  Resize: [{ version: 11, convert: changedWay('its coordinates were counted in another way') }],
  Scatter: [{ version: 11, convert: () => ({ operator: 'ScatterElements' }) }],
  GridSample: [{ version: 20, convert: changedWay('its modes were renamed') }],
  DFT: [{ version: 20, convert: changedWay('its axis was an attribute') }],
  RoiAlign: [
    {
      version: 16,
      convert: ({ attributes }) =>
        attributes.has('coordinate_transformation_mode')
          ? 'same'
          : { attributes: { coordinate_transformation_mode: 'output_half_pixel' } },
    },
  ],
  GroupNormalization: [{ version: 21, convert: changedWay('its scale is per channel now') }],
};

/** Before 13 the axes from `axis` on were taken together; with the last axis that is the same. */
function lastAxis({ attributes }: OnnxNode): Rebuilt | 'same' | { readonly refusal: string } {
  const axis = attributes.get('axis')?.int ?? 1;
  return axis === -1 ? 'same' : { refusal: `axis ${axis}` };
}

/**
 * Edits that let the model use ONNX's operators of version `wanted`, with the same results: attributes that became inputs,
 * the versions that the file asks for. `newName` gives names that nothing has yet.
 */
export function raiseOpset(
  model: OnnxModel,
  source: ByteSource,
  wanted: number,
  newName: (name: string) => string,
): Raise {
  const version = opsetVersion(model);
  if (version >= wanted) return { edits: [] };
  if (version < oldestVersion)
    return {
      refusal: `it uses operators of version ${version}; from ${oldestVersion} on they can be brought to ${wanted}`,
    };
  if (model.functions.length > 0) return { refusal: 'it defines functions of its own in an older version' };
  const edits: Edit[] = [...versionEdits(model, wanted)];
  for (const graph of model.graphs)
    for (const node of graph.nodes) {
      if (node.domain !== '') continue;
      const found = (changes[node.operator] ?? []).filter((each) => each.version > version && each.version <= wanted);
      for (const change of found) {
        const made: Uint8Array[] = [];
        const numbers: MakeNumbers = (what, values) => {
          const name = newName(`${node.outputs[0] ?? node.operator}_${what}`);
          made.push(
            'float' in values
              ? initializerField({ name, type: 1, shape: [] }, encodeFloats('F32', Float32Array.of(values.float)))
              : initializerField({ name, type: 7, shape: [values.length] }, wholeNumbers(values)),
          );
          return name;
        };
        const converted = softmaxOf(node, graph, change, newName) ?? change.convert(node, numbers);
        if (converted === 'same') continue;
        if ('refusal' in converted)
          return { refusal: `its ${node.operator} cannot be brought to version ${wanted}: ${converted.refusal}` };
        if ('content' in converted) edits.push(replace(node, given(converted.content)));
        else edits.push(replace(node, ...rebuilt(node, converted, source)));
        if (made.length > 0) edits.push(insertBefore(graph.nodes[0] ?? node, given(joined(...made))));
        break;
      }
    }
  return { edits };
}

/** A Softmax over several axes, or over one that may not be the last: flattened, taken over the one axis, shaped back. */
function softmaxOf(
  { operator, inputs, outputs, attributes }: OnnxNode,
  { outputs: declared, values }: OnnxGraph,
  { version }: Change,
  newName: (name: string) => string,
): { readonly content: Uint8Array } | undefined {
  const axis = attributes.get('axis')?.int ?? 1;
  if (version !== 13 || !/max$/.test(operator) || axis === -1) return undefined;
  const [input = '', output = ''] = [inputs[0], outputs[0]];
  const rank = [...declared, ...values].find(({ name }) => name === output || name === input)?.shape?.length;
  if (rank !== undefined && (axis + rank) % rank === rank - 1)
    return { content: nodeField({ operator, inputs: [input], outputs: [output], attributes: { axis: -1 } }) };
  const [shape, flat, taken] = ['shape', 'flat', 'taken'].map((what) => newName(`${output}_${what}`)) as [
    string,
    string,
    string,
  ];
  return {
    content: joined(
      nodeField({ operator: 'Shape', inputs: [input], outputs: [shape] }),
      nodeField({ operator: 'Flatten', inputs: [input], outputs: [flat], attributes: { axis } }),
      nodeField({ operator, inputs: [flat], outputs: [taken], attributes: { axis: -1 } }),
      nodeField({ operator: 'Reshape', inputs: [taken, shape], outputs: [output] }),
    ),
  };
}

function versionEdits(model: OnnxModel, wanted: number): readonly Edit[] {
  const own = model.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  const opset = given(opsetField('', wanted));
  const edits = [own === undefined ? appendToModel(model, opset) : replace(own, opset)];
  const [, irVersion = 0] = [...irVersions].filter(([version]) => version <= wanted).at(-1) ?? [];
  if (model.irVersion >= irVersion) return edits;
  const ir = given(wholeField(1, irVersion));
  return [
    ...edits,
    model.irField === undefined ? appendToModel(model, ir) : replace({ span: model.irField, parents: [] }, ir),
  ];
}

/** Whole numbers as the elements of a tensor. */
export function wholeNumbers(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}
