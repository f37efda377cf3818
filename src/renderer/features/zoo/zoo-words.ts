import type { BatchRowView, PlannedModelRow, ZooModelRow, ZooRun, ZooSummary } from '../../../contract/zoo.ts';
import { bytesText, countedText, countText, durationText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';

const programs: Readonly<Record<NonNullable<ZooModelRow['app']>, string>> = {
  huggingface: 'Hugging Face',
  'lm-studio': 'LM Studio',
  ollama: 'Ollama',
  comfyui: 'ComfyUI',
};

/** What is under the folders, in one sentence. */
export function summaryWords({ models, bytes, equalBytes, sharedBytes, sharedBlocks, others }: ZooSummary): string {
  const equal = equalBytes === 0 ? '' : ` ${bytesText(equalBytes)} of that are models that are there twice.`;
  const shared = sharedBytes === 0 ? '' : ` ${bytesText(sharedBytes)} more are copies on the same blocks (reflinks).`;
  const untold = sharedBlocks === 'untold' ? ' Copies on the same blocks (reflinks) cannot be told here.' : '';
  const rest = others.files === 0 ? '' : ` ${countedText(others.files, 'other file')} (${bytesText(others.bytes)}).`;
  return `${bytesText(bytes)} in ${countedText(models, 'model')}.${equal}${shared}${untold}${rest}`;
}

/** What the zoo is at, in words. */
export function runWords({ state, done, total, model, failed, message }: ZooRun): string {
  const of = total === undefined ? '' : ` of ${countText(total)}`;
  switch (state) {
    case 'idle':
      return '';
    case 'scanning':
      return `Looking through the folders: ${countedText(done, 'file')}`;
    case 'planning':
      return `Measuring samples: ${countText(done)}${of} models`;
    case 'running':
      return `Archiving ${countText(done)}${of}${model === undefined ? '' : `: ${visibleText(model)}`}${failed === 0 ? '' : ` · ${failed} need attention`}`;
    case 'done':
      return failed === 0 ? 'Done.' : `Done; ${failed} need attention.`;
    case 'cancelled':
      return 'Stopped. What was finished is kept.';
    case 'failed':
      return message ?? 'It ended without a reason.';
  }
}

/** How far the bytes are, and how long they take at the pace that was measured; nothing but the bytes before there is one. */
export function paceWords({ bytesDone, bytesTotal, rate, secondsLeft }: ZooRun): string {
  if (bytesTotal === 0) return '';
  const pace = rate === undefined ? '' : ` · ${bytesText(rate)}/s`;
  const left = secondsLeft === undefined ? '' : ` · about ${durationText(Math.max(10, secondsLeft))} left`;
  return `${bytesText(bytesDone)} of ${bytesText(bytesTotal)}${pace}${left}`;
}

/** Why nothing happens now. */
export function waitingWords({ folder, free, needed }: NonNullable<ZooRun['disk']>): string {
  return `Waiting for room in ${visibleText(folder)}: ${bytesText(free)} free, ${bytesText(needed)} needed. It goes on by itself.`;
}

/** How much is done, from 0 to 1; nothing while that is not known. */
export function shareOf({ state, bytesDone, bytesTotal, done, total }: ZooRun): number {
  if (state === 'running') return bytesTotal === 0 ? 0 : bytesDone / bytesTotal;
  return total === undefined || total === 0 ? 0 : done / total;
}

export const actionWords: Readonly<Record<PlannedModelRow['action'], string>> = {
  exact: 'Exact',
  family: 'As a difference',
  equal: 'As a copy',
  skip: 'Leave alone',
};

export const stateWords: Readonly<Record<BatchRowView['state'], string>> = {
  done: 'Archived',
  earlier: 'Was there',
  skipped: 'Left alone',
  failed: 'Needs attention',
};

/** Models by where they belong: the program that keeps them, else the first folder on their way. */
export function familyOf({ app, id }: ZooModelRow): string {
  if (app !== undefined) return programs[app];
  const [first = '', ...rest] = id.split(/[/\\]/);
  return rest.length === 0 ? 'Single files' : first;
}

/** Before and after, such as `1.2 GB → 800 MB, 66.7 % stays`. */
export function planWords(now: number, then: number): string {
  return `${bytesText(now)} → ${bytesText(then)}${now === 0 ? '' : `, ${percentText(then / now)} stays`}`;
}
