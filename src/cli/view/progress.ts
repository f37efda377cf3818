import pc from 'picocolors';
import type { Phase, ProgressEvent } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import { formatBytes, formatRate, formatSeconds } from './amounts.ts';

const phaseWords: Readonly<Record<Phase, string>> = {
  scan: 'Reading the tables',
  compress: 'Compressing',
  prove: 'Reading back and comparing',
  flush: 'Waiting for the disk',
  restore: 'Restoring',
  verify: 'Verifying',
};

/** Without a terminal a line at most this often, so that logs stay short. */
const plainLineMilliseconds = 10_000;

/** Shows progress events as one live line on a terminal, or as a plain line every ten seconds elsewhere. */
export function progressView(output: Output, name: string): { show(event: ProgressEvent): void; end(): void } {
  let last = performance.now();
  return {
    show(event) {
      if (output.hasLive) {
        output.live(liveLine(event, name));
        return;
      }
      const now = performance.now();
      if (now - last < plainLineMilliseconds) return;
      last = now;
      output.warn(`${name}: ${describe(event).join(' · ')}`);
    },
    end: () => output.live(undefined),
  };
}

function liveLine(event: ProgressEvent, name: string): string {
  const [phase = '', ...rest] = describe(event);
  return `${pc.bold(phase)} ${[...rest, pc.dim(name)].join(' · ')}`;
}

function describe({ phase, bytesDone, bytesTotal, rate, secondsLeft }: ProgressEvent): readonly string[] {
  const words = [phaseWords[phase]];
  if (bytesTotal > 0) words.push(`${Math.floor((bytesDone / bytesTotal) * 100)} %`, `of ${formatBytes(bytesTotal)}`);
  if (rate > 0) words.push(formatRate(rate));
  if (secondsLeft !== undefined) words.push(`${formatSeconds(Math.ceil(secondsLeft))} left`);
  return words;
}
