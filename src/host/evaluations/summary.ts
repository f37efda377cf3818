import type { EvaluationSummary } from '../../contract/evaluations.ts';
import type { EvaluationReport } from '../../evaluation/index.ts';

const tensorsKept = 500;

/** A report in the size that lists and charts can bear. */
export function toEvaluationSummary(id: string, finished: number, report: EvaluationReport): EvaluationSummary {
  const { command, candidate, original, task, inputs, items, unit, metrics, outputs, changed, weights } = report;
  const modelOf = ({ name, path, bytes, storedBytes, sha256 }: typeof candidate) => ({
    ...{ name, path, bytes, storedBytes, sha256 },
  });
  const noise = report.noiseFloor && [...report.noiseFloor.repeated, ...report.noiseFloor.otherThreads];
  return {
    ...{ id, finished, command, candidate: modelOf(candidate) },
    ...(original && { original: modelOf(original) }),
    ...(task && { task: { ...task } }),
    ...{ inputs, items, unit, changed },
    metrics: metrics.map((metric) => ({ ...metric, interval: metric.interval && { ...metric.interval } })),
    outputs: outputs.map(({ name, identical, relativeL2, cosine, kl, topOne }) => ({
      ...{ name, identical, relativeL2, cosine },
      ...(kl && { kl: kl.value }),
      ...(topOne && { flips: topOne.flips, rows: topOne.rows }),
    })),
    noise: noise?.reduce((most, { relativeL2 }) => Math.max(most, relativeL2 ?? Infinity), 0) ?? null,
    ...(weights && {
      weights: {
        relativeL2: weights.total.relativeL2,
        sqnr: weights.total.sqnr,
        identical: weights.total.identical,
      },
    }),
    ...(candidate.fault && { fault: candidate.fault.message }),
  };
}

/** A report that a window can bear: the tensors that changed most. */
export function cutReport(report: EvaluationReport): EvaluationReport {
  const { weights } = report;
  if (weights === undefined || weights.tensors.length <= tensorsKept) return report;
  const tensors = weights.tensors
    .toSorted((one, other) => (other.relativeL2 ?? Infinity) - (one.relativeL2 ?? Infinity))
    .slice(0, tensorsKept);
  return { ...report, weights: { ...weights, tensors } };
}
