import type { EvaluationSummary } from '../../../contract/evaluations.ts';
import { changeOfMetric, gain, intervalText, metricKey, metricTitle, type Metric } from '../evaluate/metric-words.ts';
import { askedWords, differenceText } from '../evaluate/evaluation-words.ts';

/** Evaluations that were asked the same, so that their figures may stand on one chart. */
export interface Asked {
  readonly key: string;
  readonly title: string;
  /** The newest of each candidate. */
  readonly evaluations: readonly EvaluationSummary[];
}

/** Groups by what was asked, the newest first; of each candidate only its newest counts. */
export function groupByAsked(evaluations: readonly EvaluationSummary[]): readonly Asked[] {
  const groups = Map.groupBy(evaluations, ({ task, inputs, items }) => `${task?.sha256 ?? inputs}\n${items}`);
  return [...groups].flatMap(([key, alike]) => {
    const newest = new Map(
      alike.toReversed().map((each) => [`${each.candidate.sha256}\n${each.candidate.path}`, each]),
    );
    const members = [...newest.values()].toSorted((one, other) => sizeOf(one) - sizeOf(other));
    const [first] = members;
    return first === undefined ? [] : [{ key, title: askedWords(first), evaluations: members }];
  });
}

/** What the candidate takes on disk. */
export function sizeOf({ candidate: { bytes, storedBytes = bytes } }: EvaluationSummary): number {
  return storedBytes;
}

/** Something that candidates can be drawn by: a metric, or how far their outputs are. */
export interface Quality {
  readonly id: string;
  readonly title: string;
  /** More is better, 0 is the original; nothing where it was not measured. */
  readonly of: (evaluation: EvaluationSummary) => Gain | undefined;
  readonly text: (evaluation: EvaluationSummary) => string;
  readonly metricOf: (evaluation: EvaluationSummary) => Metric | undefined;
}

/** A change for the better with its interval; without one, all three are equal. */
export interface Gain {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** All qualities that at least one of them has: the metrics in the order of the task, then the difference of outputs. */
export function qualitiesOf(evaluations: readonly EvaluationSummary[]): readonly Quality[] {
  const keys = new Map(evaluations.flatMap(({ metrics }) => metrics.map((metric) => [metricKey(metric), metric])));
  const ofMetrics = [...keys].map(([key, metric]): Quality => {
    const metricOf = ({ metrics }: EvaluationSummary) => metrics.find((each) => metricKey(each) === key);
    return {
      ...{ id: key, title: metricTitle(metric), metricOf },
      of(evaluation) {
        const found = metricOf(evaluation);
        return found && gain(found);
      },
      text(evaluation) {
        const found = metricOf(evaluation);
        if (found === undefined || found.delta === null) return 'not measured';
        return `${changeOfMetric(found, found.delta)} (${intervalText(found)})`;
      },
    };
  });
  const ofOutputs: Quality = {
    ...{ id: 'outputs', title: 'Difference of outputs, relative L2', metricOf: () => undefined },
    of(evaluation) {
      const difference = outputDifference(evaluation);
      return difference === undefined ? undefined : { value: -difference, low: -difference, high: -difference };
    },
    text: (evaluation) => {
      const difference = outputDifference(evaluation);
      return difference === undefined ? 'not measured' : differenceText(difference);
    },
  };
  return [...ofMetrics, ofOutputs].filter(({ of }) => evaluations.some((evaluation) => of(evaluation) !== undefined));
}

/** The largest relative L2 of all outputs. */
function outputDifference({ outputs }: EvaluationSummary): number | undefined {
  const known = outputs.flatMap(({ relativeL2 }) => relativeL2 ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Which points no other beats in both size and gain. */
export function onFront(points: readonly { readonly size: number; readonly value: number }[]): readonly boolean[] {
  return points.map(
    (point) =>
      !points.some(
        (other) =>
          other.size <= point.size &&
          other.value >= point.value &&
          (other.size < point.size || other.value > point.value),
      ),
  );
}
