import { eventNames } from '../../contract/events.ts';
import type { EventSourceLike } from './http-host.ts';

/** An event of the stream as it comes to a window; `open` and `error` are those of the stream itself. */
export interface EventMessage {
  readonly name: string;
  readonly data: string;
}

/** A stream that says of itself whether it has ended for good, as a browser's `EventSource` does. */
type Stream = EventSourceLike & { readonly readyState: number };

/** Of an `EventSource` whose server refused it, which a browser does not try again. */
const ended = 2;

/**
 * Gives all windows the events of one stream: a browser has few connections for one host, and each stream holds one, so that
 * the calls of a sixth window would wait for ever. Joining tells how the stream stands, and returns the way to leave.
 */
export function shareEvents(
  open: () => Stream,
): (window: { readonly postMessage: (message: EventMessage) => void }) => () => void {
  const windows = new Set<{ readonly postMessage: (message: EventMessage) => void }>();
  let stream: Stream | undefined;
  /** The newest of `open` and `error`. */
  let standing: EventMessage | undefined;

  const follow = () => {
    stream = open();
    standing = undefined;
    for (const name of [...eventNames, 'open', 'error'])
      stream.addEventListener(name, ({ data = '' }: Partial<EventMessage>) => {
        const message = { name, data };
        if (name === 'open' || name === 'error') standing = message;
        for (const window of windows) window.postMessage(message);
      });
  };
  return (window) => {
    windows.add(window);
    // A new link signs in all windows of the browser, also those that were refused before.
    if (stream === undefined || stream.readyState === ended) follow();
    else if (standing !== undefined) window.postMessage(standing);
    return () => windows.delete(window);
  };
}

/** The part of a `MessagePort` that is used here. */
interface EventPort {
  addEventListener(name: 'message', listener: (message: { readonly data: EventMessage }) => void): void;
  start(): void;
}

/** The shared stream as one window hears it. */
export function sharedStream(port: EventPort): EventSourceLike {
  const listeners = new Map<string, ((event: { readonly data: string }) => void)[]>();
  port.addEventListener('message', ({ data: { name, data } }) => {
    for (const listen of listeners.get(name) ?? []) listen({ data });
  });
  port.start();
  return {
    addEventListener(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
  };
}
