import { createApplication } from '../../src/server/application.ts';
import { createGuard } from '../../src/server/guard.ts';
import type { EventSourceLike } from '../../src/renderer/host/http-host.ts';
import type { TestHost } from '../host/open-host.ts';

export const port = 4321;
export const origin = `http://127.0.0.1:${port}`;
export const token = 'the-token-of-the-link';

const page = new TextEncoder().encode('<!doctype html>');
export const windowFiles = new Map([['/', { bytes: page, type: 'text/html; charset=utf-8', tag: '"a"' }]]);

export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

export interface OpenedApplication {
  /** As the page of the server asks: right host, right origin, with the cookie. */
  readonly fetch: Ask;
  /** With nothing added. */
  readonly raw: Ask;
  readonly cookie: string;
  readonly eventSource: (path: string) => EventSourceLike;
}

/** The server's routes over a test host, without a port, already signed in. */
export async function openApplication({ host }: TestHost): Promise<OpenedApplication> {
  const guard = createGuard({ token, port: () => port });
  const application = createApplication({
    ...{ host, guard, windowFiles },
    checkPath: host.access.check,
    uploadFolder: host.workFolder,
  });
  const raw: Ask = async (path, init) => application.request(`${origin}${path}`, init);
  const own = { host: `127.0.0.1:${port}`, origin };
  const session = await raw('/session', { method: 'POST', headers: own, body: token });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  const fetch: Ask = (path, init = {}) =>
    raw(path, { ...init, headers: { ...own, cookie, ...(init.headers as Record<string, string> | undefined) } });
  return { fetch, raw, cookie, eventSource: (path) => streamedEvents(fetch, path) };
}

/** What browsers call an EventSource, as far as it is needed here. */
function streamedEvents(fetch: Ask, path: string): EventSourceLike {
  const listeners = new Map<string, (event: { readonly data: string }) => void>();
  void (async () => {
    const { body } = await fetch(path);
    let text = '';
    for await (const part of body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const name = lines.find((line) => line.startsWith('event: '))?.slice(7);
        const data = lines.find((line) => line.startsWith('data: '))?.slice(6);
        if (name !== undefined && data !== undefined) listeners.get(name)?.({ data });
      }
    }
  })();
  return { addEventListener: (name, listener) => listeners.set(name, listener) };
}
