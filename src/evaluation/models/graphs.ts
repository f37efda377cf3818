import { toErrorData, type ErrorData } from '../../engine/errors.ts';
import { withoutGraph, type PreparedModel } from './prepare.ts';
import { substituteWeights } from './substitute.ts';

export interface Graphs {
  readonly original?: string;
  readonly candidate?: string;
  readonly originalFault?: ErrorData;
  readonly candidateFault?: ErrorData;
}

/** The graphs to run; weights without one are put into a copy of the original's, where their names allow it. */
export async function graphsOf(
  original: PreparedModel | undefined,
  candidate: PreparedModel,
  folder: string,
  notices: string[],
): Promise<Graphs> {
  const { onnx } = candidate;
  if (original === undefined)
    return {
      ...(onnx === undefined ? { candidateFault: toErrorData(withoutGraph(candidate)) } : { candidate: onnx }),
    };
  if (original.onnx === undefined)
    return {
      ...(onnx !== undefined && { candidate: onnx }),
      originalFault: toErrorData(withoutGraph(original)),
      ...(onnx === undefined && { candidateFault: toErrorData(withoutGraph(candidate)) }),
    };
  const base = { original: original.onnx };
  if (onnx !== undefined) return { ...base, candidate: onnx };
  try {
    const substituted = await substituteWeights(original.onnx, candidate.opened, folder);
    notices.push(`"${candidate.name}" has no graph; its weights were put into a copy of that of "${original.name}".`);
    return { ...base, candidate: substituted };
  } catch (error) {
    const { message } = toErrorData(error);
    const fault = toErrorData(withoutGraph(candidate));
    return { ...base, candidateFault: { ...fault, message: `${fault.message} ${message}` } };
  }
}
