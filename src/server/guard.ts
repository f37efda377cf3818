import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';

/**
 * Who may talk to the server. Three facts shape it: any web page can send requests to 127.0.0.1, so `Origin` is checked; a
 * name that first meant another machine can be made to mean 127.0.0.1, so `Host` is checked; and cookies ignore ports,
 * so the cookie alone proves nothing about the page that sent it.
 */
export interface Guard {
  /** Answers 403 to a wrong `Host`, or to a request that another page made. */
  readonly sameOrigin: MiddlewareHandler;
  /** Answers 401 to whoever has not shown the token. */
  readonly signedIn: MiddlewareHandler;
  /** Takes the token of the link, once; gives the value and name of the cookie that stands for it from now on. */
  redeem(token: string): { readonly name: string; readonly value: string } | undefined;
}

export interface GuardOptions {
  /** Shown once, in the link that opens the window. */
  readonly token: string;
  /** Known when the server listens. */
  readonly port: () => number;
}

export function createGuard({ token, port }: GuardOptions): Guard {
  const session = newSecret();
  let unused = true;
  const cookieName = () => `featherweight-${port()}`;
  const hosts = () => [`127.0.0.1:${port()}`, `localhost:${port()}`];

  return {
    sameOrigin: async (context, next) => {
      const host = context.req.header('host') ?? '';
      if (!hosts().includes(host)) return context.text('This address is not Featherweight.', 403);
      const origin = context.req.header('origin');
      const mayChange = context.req.method !== 'GET' && context.req.method !== 'HEAD';
      if (origin === undefined ? mayChange : origin !== `http://${host}`)
        return context.text('Only the page of this server may ask for this.', 403);
      return next();
    },
    signedIn: async (context, next) => {
      // A page on another port of this machine counts as the same site, and so would bring the cookie along.
      const from = context.req.header('sec-fetch-site');
      if (from !== undefined && from !== 'same-origin' && from !== 'none')
        return context.text('Only the page of this server may ask for this.', 403);
      if (!isSame(getCookie(context, cookieName()) ?? '', session))
        return context.text('Open the link that was printed when the server started.', 401);
      return next();
    },
    redeem(shown) {
      if (!unused || !isSame(shown, token)) return undefined;
      unused = false;
      return { name: cookieName(), value: session };
    },
  };
}

/** 256 random bits for a link or a cookie. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function isSame(shown: string, expected: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
