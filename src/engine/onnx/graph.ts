import type { DataType } from '../formats/onnx/types.ts';

/** A message that is a field of another: its tag begins at `head`, its content takes `start` to `end` of the file. */
export interface Span {
  readonly number: number;
  readonly head: number;
  readonly start: number;
  readonly end: number;
}

/** A message and those around it, outermost first; what an edit inside it has to mend. */
export interface Place {
  readonly span: Span;
  readonly parents: readonly Span[];
}

/** Where the elements of a tensor are. */
export type TensorData =
  /** Plain little-endian elements in the model file itself. */
  | { readonly kind: 'inline'; readonly offset: number; readonly byteLength: number }
  /** Elements in another file, whose name is as the model writes it and not to be trusted. */
  | {
      readonly kind: 'external';
      readonly location: string;
      readonly offset: number;
      readonly byteLength: number | undefined;
    }
  /** Varints, texts, pieces: nothing that can be read as a run of elements. */
  | { readonly kind: 'other' };

/** An initializer, or the value of a Constant node or of another attribute. */
export interface OnnxTensor extends Place {
  /** Of a Constant node the name of its output. */
  readonly name: string;
  readonly type: DataType;
  /** The number of its type in `TensorProto.DataType`. */
  readonly typeNumber: number;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A small value of a node. Lists and texts longer than 64 KiB are left out. */
export interface OnnxAttribute extends Place {
  readonly name: string;
  readonly int?: number;
  readonly float?: number;
  readonly ints?: readonly number[];
  readonly text?: string;
  readonly tensor?: OnnxTensor;
  readonly graphs: readonly OnnxGraph[];
}

export interface OnnxNode extends Place {
  readonly name: string;
  readonly operator: string;
  /** `''` is ONNX itself. */
  readonly domain: string;
  /** `''` stands for an optional value that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** A declared value: an input, an output, or a value between nodes. */
export interface OnnxValue extends Place {
  readonly name: string;
  /** Absent where the value is no plain tensor. */
  readonly type?: DataType;
  /** A text is a size that is known when the model runs; `undefined` one that is not named. */
  readonly shape?: readonly (number | string | undefined)[];
}

export interface OnnxGraph extends Place {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly values: readonly OnnxValue[];
  /** The graph that this one is a branch or body of, whose values it sees. */
  readonly outer?: OnnxGraph;
}

export interface Opset extends Place {
  readonly domain: string;
  readonly version: number;
}

/** An ONNX file as far as it is read: everything but the elements of its tensors. */
export interface OnnxModel {
  /** Shown in messages. */
  readonly file: string;
  readonly size: number;
  readonly irVersion: number;
  /** The field that says the version of the format. */
  readonly irField: Span | undefined;
  readonly opsets: readonly Opset[];
  readonly graph: OnnxGraph;
  /** Every graph: the main one, then branches and bodies, outer before inner. */
  readonly graphs: readonly OnnxGraph[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Names of functions that the model defines for itself. */
  readonly functions: readonly string[];
}

/** The version of ONNX's own operators that a model asks for; 1 where it does not say. */
export function opsetVersion({ opsets }: OnnxModel): number {
  return opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 1;
}

/** Every tensor with a name of a graph: its initializers and its Constant nodes. */
export function graphTensors({ initializers, nodes }: OnnxGraph): readonly OnnxTensor[] {
  const constants = nodes.flatMap((node) => {
    const tensor = node.operator === 'Constant' ? node.attributes.get('value')?.tensor : undefined;
    return tensor === undefined ? [] : [tensor];
  });
  return [...initializers, ...constants];
}
