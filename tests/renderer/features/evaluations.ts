import type { EvaluationSummary } from '../../../src/contract/evaluations.ts';
import type { Metric } from '../../../src/renderer/features/evaluate/metric-words.ts';

/** A metric that fell by half a point, whose interval ends at zero, changed as asked. */
export function metric(change: Partial<Metric> = {}): Metric {
  return {
    ...{ metric: 'top-1', title: 'top-1', unit: 'proportion', better: 'higher', against: 'target' },
    ...{ value: 0.98, original: 0.985, delta: -0.005, n: 200, units: 200, seed: 1, verdict: 'said by the program' },
    interval: { low: -0.02, high: 0, method: 'adjusted' },
    ...change,
  };
}

/** An evaluation of 200 digits, changed as asked. */
export function evaluation(change: Partial<EvaluationSummary> = {}): EvaluationSummary {
  return {
    ...{ id: 'e', finished: 1, command: 'compare', inputs: 'task', items: 200, unit: 'digits', changed: 1, noise: 0 },
    candidate: { name: 'c.fwz', path: '/c.fwz', bytes: 1000, storedBytes: 200, sha256: 'c' },
    original: { name: 'o.onnx', path: '/o.onnx', bytes: 1000, storedBytes: 1000, sha256: 'o' },
    task: { path: '/digits.json', title: 'Digits', sha256: 't' },
    metrics: [metric()],
    outputs: [{ name: 'logits', identical: false, relativeL2: 0.01, cosine: 1 }],
    ...change,
  };
}
