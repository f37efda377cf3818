import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Host } from '../contract/host.ts';
import type { Job } from '../contract/jobs.ts';

const millisecondsBetweenBeats = 20_000;

/**
 * Streams the host's events. To a browser that reads slowly only each job's newest state is kept, so that nothing piles
 * up; the beat lets both ends notice a connection that is gone.
 */
export function streamEvents(context: Context, host: Host): Response {
  return streamSSE(context, async (stream) => {
    const waiting = new Map<string, Job>();
    let wake: () => void = () => undefined;
    const stop = host.on('job.changed', (job) => {
      waiting.set(job.id, job);
      wake();
    });
    stream.onAbort(() => wake());
    try {
      await stream.write(': open\n\n');
      while (!stream.aborted && !stream.closed) {
        const [next] = waiting;
        if (next !== undefined) {
          waiting.delete(next[0]);
          await stream.writeSSE({ event: 'job.changed', data: JSON.stringify(next[1]) });
          continue;
        }
        const { promise, resolve } = Promise.withResolvers<boolean>();
        const beat = setTimeout(() => resolve(true), millisecondsBetweenBeats);
        wake = () => resolve(false);
        if (await promise) await stream.write(': beat\n\n');
        clearTimeout(beat);
      }
    } finally {
      stop();
    }
  });
}
