import { colors } from './colors.ts';
import type { Phase, ProgressEvent } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import { formatBytes, formatRate, formatSeconds } from './amounts.ts';

const phaseWords: Readonly<Record<Phase, string>> = {
  scan: 'Reading the tables',
  compress: 'Compressing',
  prove: 'Reading back and comparing',
  measure: 'Looking at the weights',
  flush: 'Waiting for the disk',
  restore: 'Restoring',
  verify: 'Verifying',
  weights: 'Comparing weights',
  noise: 'Finding the noise floor',
  evaluate: 'Asking',
  layers: 'Comparing layers',
  export: 'Writing the export',
  check: 'Having it read',
  calibrate: 'Learning what inputs have in common',
  sensitivity: 'Finding what matters',
  methods: 'Trying every method',
  round: 'Rounding',
};

/** Phases whose amounts are items. */
const counted: ReadonlySet<Phase> = new Set([
  'noise',
  'evaluate',
  'layers',
  'calibrate',
  'sensitivity',
  'methods',
  'round',
]);

/** Without a terminal a line at most this often, so that logs stay short. */
const plainLineMilliseconds = 10_000;

/** A terminal is repainted at most this often. */
const liveLineMilliseconds = 100;

/** Shows progress events as one live line on a terminal, or as a plain line every ten seconds elsewhere. */
export function progressView(
  output: Output,
  name: string,
): { show(event: ProgressEvent): void; begin(part: string): void; end(): void } {
  let about = name;
  const latest = new Map<Phase, ProgressEvent>();
  let last = output.hasLive ? -Infinity : performance.now();
  const interval = output.hasLive ? liveLineMilliseconds : plainLineMilliseconds;
  return {
    show(event) {
      // Whatever comes after it, the disk has everything.
      if (event.phase !== 'flush') latest.delete('flush');
      latest.set(event.phase, event);
      const now = performance.now();
      if (now - last < interval) return;
      last = now;
      const [phase = '', ...rest] = describeProgress([...latest.values()]);
      if (output.hasLive) output.live(`${colors.bold(phase)} ${[...rest, colors.dim(about)].join(' · ')}`);
      else output.warn(`${about}: ${[phase, ...rest].join(' · ')}`);
    },
    begin(part) {
      latest.clear();
      about = `${name}, ${part}`;
    },
    end: () => output.live(undefined),
  };
}

/**
 * The latest event of each phase so far, in words. Proving runs a little behind compressing at the same time; naming
 * whichever spoke last would flicker, so the earliest unfinished phase leads and the other is a remark.
 */
export function describeProgress(events: readonly ProgressEvent[]): readonly string[] {
  const current = events.find(({ bytesDone, bytesTotal }) => bytesDone < bytesTotal) ?? events.at(-1);
  if (current === undefined) return [];
  const { phase, bytesTotal, rate, secondsLeft } = current;
  const words = [phaseWords[phase]];
  if (counted.has(phase)) return [...words, `${current.bytesDone} of ${bytesTotal}`];
  if (bytesTotal > 0) words.push(percentOf(current));
  const proof = events.find((event) => event.phase === 'prove');
  if (proof !== undefined && proof !== current && proof.bytesTotal > 0) words.push(`${percentOf(proof)} proved`);
  if (bytesTotal > 0) words.push(`of ${formatBytes(bytesTotal)}`);
  if (rate > 0) words.push(formatRate(rate));
  if (secondsLeft !== undefined) words.push(`${formatCoarse(secondsLeft)} left`);
  return words;
}

function percentOf({ bytesDone, bytesTotal }: ProgressEvent): string {
  return `${Math.floor((bytesDone / bytesTotal) * 100)} %`;
}

/** Whole seconds: a guess has no hundredths. */
function formatCoarse(seconds: number): string {
  return seconds < 60 ? `${Math.ceil(seconds)} s` : formatSeconds(seconds);
}
