import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { eventKey, eventNames } from '../contract/events.ts';
import type { Host } from '../contract/host.ts';

const millisecondsBetweenBeats = 20_000;

/**
 * Streams the host's events. To a browser that reads slowly only the newest of each kind is kept, so that nothing piles
 * up; the beat lets both ends notice a connection that is gone.
 */
export function streamEvents(context: Context, host: Host): Response {
  return streamSSE(context, async (stream) => {
    const waiting = new Map<string, { readonly event: string; readonly data: string }>();
    let wake: () => void = () => undefined;
    const stops = eventNames.map((name) =>
      host.on(name, (event) => {
        const key = eventKey(name, event);
        waiting.delete(key);
        waiting.set(key, { event: name, data: JSON.stringify(event) });
        wake();
      }),
    );
    stream.onAbort(() => wake());
    try {
      await stream.write(': open\n\n');
      while (!stream.aborted && !stream.closed) {
        const [next] = waiting;
        if (next !== undefined) {
          waiting.delete(next[0]);
          await stream.writeSSE(next[1]);
          continue;
        }
        const { promise, resolve } = Promise.withResolvers<boolean>();
        const beat = setTimeout(() => resolve(true), millisecondsBetweenBeats);
        wake = () => resolve(false);
        if (await promise) await stream.write(': beat\n\n');
        clearTimeout(beat);
      }
    } finally {
      stops.forEach((stop) => stop());
    }
  });
}
