import type { Host, Native } from '../../contract/host.ts';
import { bridgeHost } from './bridge-host.ts';
import { httpHost, type EventSourceLike } from './http-host.ts';
import { sharedStream } from './shared-events.ts';

/** A host, what its shell can do besides, and whether it still answers. */
export interface Connection {
  readonly host: Host;
  readonly native: Native | undefined;
  /** Tells when events stop coming and when they come again. */
  readonly onLost: (listener: (isLost: boolean) => void) => () => void;
}

/** Connects to the shell that opened this window: the desktop's bridge, else the server of the page. Nothing when it refuses. */
export async function connect(window: Window): Promise<Connection | undefined> {
  const { featherweight } = window;
  if (featherweight !== undefined)
    return { host: bridgeHost(featherweight), native: featherweight.native, onLost: () => () => undefined };
  await signIn(window);
  // A new link that is opened where the window already is changes only what stands behind `#`, which loads nothing.
  window.addEventListener('hashchange', () => {
    if (tokenOf(window.location) !== undefined) window.location.reload();
  });
  const listeners = new Set<(isLost: boolean) => void>();
  const tell = (isLost: boolean) => listeners.forEach((listener) => listener(isLost));
  const host = httpHost({
    fetch: (path, init) => window.fetch(path, init),
    eventSource: (path) => {
      const source = openStream(path);
      source.addEventListener('open', () => tell(false));
      source.addEventListener('error', () => tell(true));
      return source;
    },
  });
  const isWelcome = await host.call('app.info', {}).then(
    () => true,
    () => false,
  );
  if (!isWelcome) return undefined;
  return {
    ...{ host, native: undefined },
    onLost(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The stream of events that all windows of this browser share; one of its own where the browser has no workers for that. */
function openStream(path: string): EventSourceLike {
  if (typeof SharedWorker === 'undefined') return new EventSource(path);
  const worker = new SharedWorker(new URL('events.worker.ts', import.meta.url), { type: 'module' });
  return sharedStream(worker.port);
}

/** Trades the token behind `#` for a cookie, and takes it out of the address so that it is in no history. */
async function signIn({ location, history, fetch }: Window): Promise<void> {
  const token = tokenOf(location);
  if (token === undefined) return;
  history.replaceState(null, '', '/#/');
  await fetch('/session', { method: 'POST', body: token }).catch(() => undefined);
}

function tokenOf({ hash }: Location): string | undefined {
  return /^#token=([\w-]+)$/.exec(hash)?.[1];
}
