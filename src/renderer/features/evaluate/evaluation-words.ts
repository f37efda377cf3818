import type { Evaluation, EvaluationReport, EvaluationSummary } from '../../../contract/evaluations.ts';
import { failureWords, type FailureWords } from '../../components/failure-words.ts';
import { bytesText, countText, numberText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';

const phases: Readonly<Record<string, string>> = {
  restore: 'Restoring what the archives hold',
  weights: 'Comparing the weights',
  noise: 'Asking the original twice, to see its own noise',
  evaluate: 'Asking both models',
  layers: 'Comparing what layers give',
};

/** What an evaluation does now, in words. */
export function evaluationPhaseWords({ state, phase }: Evaluation): string {
  if (state === 'queued') return 'Waiting for the one before it';
  return phases[phase ?? ''] ?? 'Opening the models';
}

/** How far its phase is; weights are counted in bytes, all else one by one. */
export function evaluationAmount({ phase, done, total }: Evaluation): string {
  if (total === 0) return '';
  return phase === 'weights' || phase === 'restore'
    ? `${bytesText(done)} of ${bytesText(total)}`
    : `${countText(done)} of ${countText(total)}`;
}

const unmeasured = 'Models are only read, and nothing was measured.';
const faults: Readonly<Record<string, FailureWords>> = {
  MALFORMED: {
    title: 'A file for this breaks its rules',
    safe: unmeasured,
    next: 'Mend the task file, or take another copy of what the message names, and measure again.',
  },
  UNSUPPORTED: {
    title: 'This cannot be measured',
    safe: unmeasured,
    next: 'Choose inputs that fit the model, or a form of it that runs here, such as ONNX.',
  },
  NOT_FOUND: {
    title: 'A file for this is not there',
    safe: unmeasured,
    next: 'The data of a task lie beside the task file, or in the folder that you name for them.',
  },
};

/** What a failure means where models are measured: no original is at stake there, and nothing can be stored instead. */
export function measuringWords(code = 'INTERNAL'): FailureWords {
  return faults[code] ?? failureWords(code);
}

/** What is said of a measurement that nothing is known of. */
export const unknownWords: FailureWords = {
  title: 'Nothing is known of this measurement',
  safe: 'Models are only read, so nothing was changed.',
  next: 'A measurement that is stopped before its end, or ends with Featherweight itself, keeps nothing. Measure again.',
};

/** Whom an evaluation is about: `a.fwz against a.onnx`. */
export function evaluationTitle({ candidate, original }: Pick<EvaluationSummary, 'candidate' | 'original'>): string {
  return original === undefined ? candidate.name : `${candidate.name} against ${original.name}`;
}

/** What was asked: so many items of a task, or made-up inputs, or nothing. */
export function askedWords({
  inputs,
  items,
  unit,
  task,
}: Pick<EvaluationSummary, 'inputs' | 'items' | 'unit' | 'task'>): string {
  switch (inputs) {
    case 'task':
      return `${task?.title ?? 'A task'}: ${unitText(items, unit)}`;
    case 'pseudo':
      return `${countText(items)} made-up inputs, which tell whether both compute the same and nothing of how good either is`;
    case 'none':
      return 'Neither was run: weight error only, which is no measure of accuracy';
  }
}

/** So many of a task's unit, which is a word for several. */
export function unitText(count: number, unit: string): string {
  return `${countText(count)} ${visibleText(count === 1 ? unit.replace(/s$/, '') : unit)}`;
}

/** A difference of any size: `0`, `0.012`, `1.2e-6`; words where it is no number. */
export function differenceText(value: number | null): string {
  return value === null ? 'not a number' : numberText(value);
}

/** How far the original is from itself, in one sentence; nothing where it was not asked. */
export function noiseWords({ noiseFloor, unit }: EvaluationReport): string | undefined {
  if (noiseFloor === undefined) return undefined;
  const { repeated, otherThreads, items, threads } = noiseFloor;
  const largest = (outputs: typeof repeated) =>
    outputs.reduce((most, { relativeL2 }) => Math.max(most, relativeL2 ?? Infinity), 0);
  const again = largest(repeated);
  const others = largest(otherThreads);
  const asked = `on ${unitText(items, unit)}`;
  const words = (difference: number) =>
    difference === 0 ? 'gives the same bits' : `differs by ${differenceText(difference)}`;
  const meaning =
    Math.max(again, others) === 0
      ? 'So any difference of outputs is real.'
      : 'Differences of outputs below that mean nothing.';
  return `Run twice ${asked}, the same model ${words(again)}; with ${threads[1]} instead of ${threads[0]} threads it ${words(others)}. ${meaning}`;
}
