import { isEnded, isWorking, type Job } from '../contract/jobs.ts';
import type { BatchEnd } from '../contract/events.ts';
import type { Host } from '../contract/host.ts';

/** What a desktop shows of work while its window is not looked at. */
export interface SignBoard {
  /** On the taskbar: a part of 1, or below 0 for nothing. */
  progress(part: number, mode: 'normal' | 'paused' | 'error'): void;
  /** How many jobs are left, on the program's picture. */
  badge(count: number): void;
  isWindowInFront(): boolean;
  /** One notice; clicking it shows the file, if there is one. */
  notify(title: string, text: string, path: string | undefined): void;
}

/** Shows progress on the taskbar and one notice for each batch. Returns the function that ends it. */
export function showWork(host: Host, board: SignBoard): () => void {
  const jobs = new Map<string, Job>();
  const draw = () => {
    const left = [...jobs.values()].filter(({ state }) => !isEnded(state));
    const shown = left.find(({ state }) => isWorking(state)) ?? left.find(({ state }) => state === 'paused');
    board.badge(left.length);
    if (shown === undefined) board.progress(-1, 'normal');
    else board.progress(partOf(shown), modeOf(shown));
  };
  const ends = [
    host.on('job.changed', (job) => {
      if (isEnded(job.state)) jobs.delete(job.id);
      else jobs.set(job.id, job);
      draw();
    }),
    host.on('batch.ended', (end) => {
      void host.call('settings.get', {}).then(({ notify }) => {
        if (notify && !board.isWindowInFront()) board.notify(...noticeOf(end), end.path);
      });
    }),
  ];
  return () => ends.forEach((end) => end());
}

function partOf({ bytesDone, bytesTotal }: Job): number {
  return bytesTotal === 0 ? 0 : Math.min(1, bytesDone / bytesTotal);
}

function modeOf({ state, pausedBy }: Job): 'normal' | 'paused' | 'error' {
  if (state !== 'paused') return 'normal';
  return pausedBy === 'disk' ? 'error' : 'paused';
}

function noticeOf({ done, failed, paused, bytesSaved }: BatchEnd): readonly [title: string, text: string] {
  const counts = [
    [done, 'done'],
    [failed, 'failed'],
    [paused, 'paused'],
  ] as const;
  const title = counts.flatMap(([count, word]) => (count > 0 ? `${count} ${word}` : [])).join(' · ');
  if (bytesSaved <= 0) return [title, failed > 0 ? 'Originals are untouched.' : 'Every byte was proved.'];
  return [title, `${new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(bytesSaved / 1e6)} MB saved.`];
}
