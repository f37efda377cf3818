import { describeNode } from '../codecs/describe.ts';
import type { CodecNode, Preset, Stream } from '../codecs/codec.ts';
import { encodePayload } from '../codecs/graph.ts';
import type { Payload } from '../codecs/payload.ts';
import type { Workspace } from '../kernels/workspace.ts';
import { fieldStatistics, type Field } from '../planner/field-statistics.ts';
import { numberStatistics, type NumbersSeen } from '../planner/number-statistics.ts';
import { planStream } from '../planner/plan.ts';
import { dtypeInfo, isDType } from '../tensor/dtype.ts';
import type { ElementType } from '../tensor/record.ts';

export interface LookedField extends Field {
  /** Bits for each number after coding, where the chosen codecs keep the field apart. */
  readonly achieved?: number;
}

/** What a sample of one tensor tells. */
export interface SampleLook {
  readonly elements: number;
  readonly fields: readonly LookedField[];
  readonly exponents: readonly { readonly value: number; readonly count: number }[];
  /** Sum of the fields' entropies, in bits for each number. */
  readonly floorBits: number;
  /** What coding the sample came to, in bits for each number. */
  readonly reachedBits: number;
  readonly codec: string;
  readonly numbers: NumbersSeen | undefined;
}

/** Plans for a sample of a tensor, codes it, and counts what is in it. */
export function lookAtSample(
  sample: Stream,
  dtype: ElementType | undefined,
  preset: Preset,
  workspace: Workspace,
): SampleLook {
  const node = planStream(sample, dtype, preset, workspace, sample.bytes.length);
  const { payload } = encodePayload(node, sample, workspace);
  const { elements, fields, exponents } = fieldStatistics(sample.bytes, dtype ?? '', sample.width);
  const achieved = fieldBits(node, payload, dtype, elements);
  return {
    elements,
    fields: fields.map((field) => {
      const bits = achieved?.[field.name];
      return bits === undefined ? field : { ...field, achieved: bits };
    }),
    exponents,
    floorBits: fields.reduce((sum, { entropy }) => sum + entropy, 0),
    reachedBits: (payload.byteLength * 8) / Math.max(1, elements),
    codec: describeNode(node),
    numbers: numberStatistics(sample.bytes, dtype ?? ''),
  };
}

/** Bits of the mantissa that lie in the top 16 of an element, which float-fields cuts. */
const topMantissaBits: Readonly<Record<string, number>> = { BF16: 7, F32: 7, F16: 10, F64: 4 };

/** The streams of float-fields are symbols, escapes, residuals (sign and raw bits), and whole bytes of the mantissa. */
function fieldBits(
  { id, options }: CodecNode,
  { wireId, children, byteLength }: Payload,
  dtype: ElementType | undefined,
  elements: number,
): Readonly<Record<string, number>> | undefined {
  const top = dtype === undefined ? undefined : topMantissaBits[dtype];
  if (wireId === 0 && dtype !== undefined && isDType(dtype)) {
    const { exponentBits, mantissaBits } = dtypeInfo(dtype);
    if (exponentBits === undefined || mantissaBits === undefined) return undefined;
    return { sign: 1, exponent: exponentBits, mantissa: mantissaBits };
  }
  if (id !== 'float-fields' || top === undefined || elements === 0) return undefined;
  const { residualBits } = options as { readonly residualBits: number };
  const joined = top - residualBits;
  const rest = children.slice(2).reduce((sum, child) => sum + child.byteLength, 0);
  const restBits = (rest * 8) / elements;
  return { sign: 1, mantissa: restBits - 1 + joined, exponent: (byteLength * 8) / elements - restBits - joined };
}
