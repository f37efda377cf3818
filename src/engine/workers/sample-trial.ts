import type { Workspace } from '../kernels/workspace.ts';
import { numberStatistics, type NumbersSeen } from '../planner/number-statistics.ts';
import { approximatePiece, parametersOf, type PlanPart } from '../quantizers/approximate.ts';
import { quantizerById } from '../quantizers/catalog.ts';
import { allocateFloats, type PieceDType } from '../quantizers/frame.ts';
import type { LossSums } from '../quantizers/loss.ts';
import type { Geometry } from '../quantizers/quantizer.ts';
import { measurePiece, type TensorStatistics } from '../quantizers/statistics.ts';
import { decodeFloats, floatWidth } from '../tensor/floats.ts';

/** A method to be tried on a sample of a tensor, which counts as a small tensor of its own. */
export interface Trial {
  readonly quantizer: string;
  readonly options: unknown;
  /** Of the sample. */
  readonly geometry: Geometry;
  /** Numbers in the whole tensor. */
  readonly total: number;
  readonly dtype: PieceDType;
}

/** What came of it. */
export interface TrialResult {
  readonly statistics: TensorStatistics;
  /** Absent where the sample has infinities or what is no number, which no method takes. */
  readonly tried?: {
    /** Bytes that the sample took, its parameters included. */
    readonly storedLength: number;
    readonly loss: LossSums;
    readonly before: NumbersSeen | undefined;
    readonly after: NumbersSeen | undefined;
  };
}

/** Really approximates a sample into `output`, as a job would; `bytes` become what a decoder would make of it. */
export function tryOnSample(
  bytes: Uint8Array,
  { quantizer, options, geometry, total, dtype }: Trial,
  output: Uint8Array,
  workspace: Workspace,
  planPart: PlanPart,
): TrialResult {
  const count = bytes.length / floatWidth(dtype);
  const values = decodeFloats(dtype, bytes, allocateFloats(count, workspace));
  const { needs = {} } = quantizerById(quantizer) ?? {};
  const statistics = measurePiece(values, { ...geometry, start: 0, total: count }, needs);
  if (statistics.notFinite > 0) return { statistics };
  const before = numberStatistics(bytes, dtype);
  const parameters = parametersOf({ quantizer, options, geometry, statistics: { ...statistics, total } });
  const approximation = { quantizer, geometry, dtype, parameters, firstRow: 0, firstColumn: 0 };
  const { storedLength, loss } = approximatePiece(bytes, approximation, output, workspace, planPart);
  return { statistics, tried: { storedLength, loss, before, after: numberStatistics(bytes, dtype) } };
}
