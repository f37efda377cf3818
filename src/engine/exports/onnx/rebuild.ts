import type { ByteSource } from '../../io/source.ts';
import { given, type Content } from '../../onnx/edit.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { attributeField, bytesField, bytesHead, joined, type AttributeValue } from '../../onnx/messages.ts';
import { streamed } from '../streamed.ts';

/** What a node turns into. */
export interface Rebuilt {
  readonly operator?: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly without?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** The node with these changes; attributes that stay are copied. */
export function rebuilt(node: OnnxNode, changed: Rebuilt, source: ByteSource): readonly Content[] {
  const {
    operator = node.operator,
    inputs = node.inputs,
    outputs = node.outputs,
    without = [],
    attributes = {},
  } = changed;
  const head = joined(
    ...inputs.map((input) => bytesField(1, input)),
    ...outputs.map((output) => bytesField(2, output)),
    bytesField(3, node.name),
    bytesField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
  );
  const copies = [...node.attributes.values()]
    .filter(({ name }) => !without.includes(name))
    .map(({ span }) => copied(source, span.head, span.end));
  const length = copies.reduce((sum, copy) => sum + copy.length, head.length);
  return [given(bytesHead(1, length)), given(head), ...copies];
}

/** A run of the old file at another place. */
export function copied(source: ByteSource, start: number, end: number): Content {
  return { length: end - start, chunks: () => streamed(source, undefined, start, end) };
}
