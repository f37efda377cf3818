import { HostError } from '../../contract/errors.ts';
import type { Host, Reply } from '../../contract/host.ts';
import { unwrap } from './bridge-host.ts';

/** The part of a browser's `EventSource` that is used here. */
export interface EventSourceLike {
  addEventListener(name: string, listener: (event: { readonly data: string }) => void): void;
}

export interface HttpTransport {
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly eventSource: (path: string) => EventSourceLike;
}

/** What a server answers that did not give out this window's cookie: it was started again since. */
const unauthorized = 401;

/** The host behind a local server: one POST for each call, one stream for all events. */
export function httpHost({ fetch, eventSource }: HttpTransport): Host {
  let stream: EventSourceLike | undefined;
  const listeners = new Map<string, Set<(event: never) => void>>();
  return {
    async call(name, input) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(input);
      const response = await fetch(`/call/${name}`, { method: 'POST', headers, body }).catch((error: unknown) => {
        throw new HostError({
          code: 'DISCONNECTED',
          message: `Featherweight does not answer any more (${String(error)}).`,
        });
      });
      if (!response.ok) {
        const code = response.status === unauthorized ? 'DISCONNECTED' : 'NOT_ALLOWED';
        throw new HostError({ code, message: await response.text() });
      }
      return unwrap((await response.json()) as Reply) as never;
    },
    on(name, listener) {
      stream ??= eventSource('/events');
      let known = listeners.get(name);
      if (known === undefined) {
        const added = new Set<(event: never) => void>();
        listeners.set(name, (known = added));
        stream.addEventListener(name, ({ data }) => {
          for (const listen of added) listen(JSON.parse(data) as never);
        });
      }
      known.add(listener);
      return () => known.delete(listener);
    },
  };
}
