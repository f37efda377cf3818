import { besideWords, fartherWords } from '../../../contract/fit-words.ts';
import type { Candidate, FitJob, FitReceipt, FitTarget, MeasuredArchive } from '../../../contract/fits.ts';
import { trialWords } from './part-words.ts';
import { bytesText, countedText, leftText, numberText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';

const phases: Readonly<Record<string, string>> = {
  scan: 'Reading the headers',
  calibrate: 'Learning what the inputs of each layer have in common',
  sensitivity: 'Measuring what rounding each tensor does to the answers',
  methods: 'Trying every method on each tensor',
  round: 'Rounding a candidate, and feeding the errors back',
  measure: 'Looking at the weights',
  compress: 'Writing a candidate, and proving it',
  flush: 'Waiting for the disk to have it all',
  noise: 'Asking the original twice',
  evaluate: 'Measuring a candidate on inputs that were not learned from',
  weights: 'Comparing weights',
};

/** What a fit does now, in words. */
export function fitWords({ state, phase, secondsLeft, trial, candidates = 0 }: FitJob): string {
  const tried = candidates === 0 ? '' : ` · ${countedText(candidates, 'candidate')}`;
  switch (state) {
    case 'queued':
      return 'Waiting for the one before it';
    case 'running': {
      const left = secondsLeft === undefined ? '' : ` · ${leftText(secondsLeft)} of this step`;
      const fit = trial === undefined ? '' : `${trialWords(trial)}: `;
      return `${fit}${phases[phase ?? 'scan'] ?? 'Working'}${left}${tried}${tried && ' so far'}`;
    }
    case 'paused':
      return 'Paused. It goes on behind what it has learned and tried, also when Featherweight was closed.';
    case 'interrupted':
      return 'Interrupted, as Featherweight ended. It goes on behind what it had learned and tried.';
    case 'done':
      return `Done${tried}`;
    case 'cancelled':
      return 'Stopped. What was learned is kept for the next time.';
    case 'failed':
      return 'It could not be done.';
  }
}

/** What is aimed at, in words. */
export function targetWords(target: FitTarget): string {
  if ('bytes' in target) return `into ${bytesText(target.bytes)}`;
  if ('share' in target) return `into ${percentText(target.share)} of its size`;
  if ('bits' in target) return `to ${numberText(target.bits)} bits a weight`;
  if ('drop' in target) return `with at most ${percentText(target.drop)} worse`;
  return `${countedText(target.front.length, 'size')} for the picture`;
}

/** What the best single method comes to at the size of the fit, or that it is the result, and what the fit came to. */
export function singleFacts({
  single,
  fitted,
  distance,
  bytesOut,
}: FitReceipt): readonly (readonly [title: string, words: string])[] {
  if (single === undefined) return [];
  if (fitted === undefined) {
    const words = `${single.method}, ${besideWords(single.bytes, bytesOut)} · ${measuredWords(single, distance)}`;
    return [['Best single method', words]];
  }
  return [
    ['Made by', `${single.method}, the best single method, which came nearer than what was fitted`],
    ['As fitted', measuredWords(fitted, distance)],
  ];
}

/** In which order layers of the result were rounded, and what the other one came to. */
export function orderFacts({
  inSequence,
  otherOrder,
  fitted,
  distance,
}: FitReceipt): readonly (readonly [title: string, words: string])[] {
  if (fitted !== undefined) return [];
  const [taken, other] = inSequence ? ['one after another', 'all at once'] : ['all at once', 'one after another'];
  if (otherOrder === undefined) return [['Layers rounded', taken]];
  return [['Layers rounded', `${taken}, which came nearer than ${other}: ${measuredWords(otherOrder, distance)}`]];
}

/** The size of an archive that is not the result, and how good it is beside that. */
function measuredWords({ bytes, metrics, distance }: MeasuredArchive, ofResult: number | undefined): string {
  const figures = metrics.map((metric) => `${visibleText(metric.title)} ${metricText(metric)}`);
  const farther = fartherWords(distance, ofResult);
  return [`~ ${bytesText(bytes)}`, ...figures, ...(farther === undefined ? [] : [farther])].join(' · ');
}

export type Metric = NonNullable<Candidate['metrics']>[number];

/** A metric's value as it is read. */
export function metricText({ value, unit }: Pick<Metric, 'value' | 'unit'>): string {
  if (value === null) return 'not measured';
  if (unit === 'proportion') return percentText(value);
  return unit === 'none' ? numberText(value) : `${numberText(value)} ${unit}`;
}

/** How much worse than the original, relative to it; below zero where it is better. Nothing where that is unknown. */
export function worseBy({ value, original, better }: Metric): number | undefined {
  if (value === null || original === null || original === 0) return undefined;
  return (better === 'higher' ? original - value : value - original) / Math.abs(original);
}
