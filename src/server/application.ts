import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { setCookie } from 'hono/cookie';
import type { CallName, Input } from '../contract/calls.ts';
import { securityHeaders } from '../contract/content-policy.ts';
import { HostError, toHostErrorData } from '../contract/errors.ts';
import type { Host, Reply } from '../contract/host.ts';
import { sendDownload } from './download.ts';
import { streamEvents } from './event-stream.ts';
import type { Guard } from './guard.ts';
import { receiveUpload } from './upload.ts';
import type { WindowFile } from './window-files.ts';

export interface ApplicationOptions {
  readonly host: Host;
  readonly guard: Guard;
  /** Resolves links and rejects what lies outside the allowed folders. */
  readonly checkPath: (path: string) => Promise<string>;
  /** Where dropped files go; an allowed folder. */
  readonly uploadFolder: string;
  readonly windowFiles: ReadonlyMap<string, WindowFile>;
}

const callBytes = 256 * 1024;

/**
 * The routes. The window's own files hold no secret and are served to any request of the right host; everything else needs
 * the cookie. A call answers 200 with a {@link Reply}, also when it failed: the failure is the call's, not the transport's.
 */
export function createApplication(options: ApplicationOptions): Hono {
  const { host, guard, checkPath, uploadFolder, windowFiles } = options;
  const application = new Hono();

  application.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value);
    if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-store');
  });
  application.use(guard.sameOrigin);

  application.post('/session', bodyLimit({ maxSize: 1024 }), async (context) => {
    const cookie = guard.redeem(await context.req.text());
    if (cookie === undefined) return context.text('This link is not valid, or was used before.', 401);
    setCookie(context, cookie.name, cookie.value, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return context.body(null, 204);
  });

  application.post('/call/:name', guard.signedIn, bodyLimit({ maxSize: callBytes }), async (context) => {
    const name = context.req.param('name');
    return context.json(
      await reply(async () => {
        const input = parseJson(await context.req.text());
        return host.call(name as CallName, input as Input<CallName>);
      }),
    );
  });

  application.get('/events', guard.signedIn, (context) => streamEvents(context, host));

  application.post('/upload', guard.signedIn, async (context) => {
    const announced = context.req.header('content-length') ?? '';
    if (!/^\d{1,15}$/.test(announced)) return context.text('The length of the file must be announced.', 411);
    const body = context.req.raw.body;
    return context.json(
      await reply(async () => ({
        path: await receiveUpload(uploadFolder, {
          name: context.req.query('name') ?? '',
          bytes: Number(announced),
          body,
        }),
      })),
    );
  });

  application.get('/download', guard.signedIn, async (context) => {
    try {
      return await sendDownload(await checkPath(context.req.query('path') ?? ''));
    } catch (thrown) {
      const { code, message } = toHostErrorData(thrown);
      return context.text(message, code === 'NOT_ALLOWED' ? 403 : 404);
    }
  });

  application.get('*', (context) => {
    const file = windowFiles.get(context.req.path);
    if (file === undefined) return context.text('Not here.', 404);
    const headers = { 'content-type': file.type, etag: file.tag, 'cache-control': 'no-cache' };
    if (context.req.header('if-none-match') === file.tag) return context.body(null, 304, headers);
    return context.body(file.bytes, 200, headers);
  });
  return application;
}

async function reply(answer: () => Promise<unknown>): Promise<Reply> {
  try {
    return { value: await answer() };
  } catch (thrown) {
    return { error: toHostErrorData(thrown) };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HostError({ code: 'BAD_INPUT', message: 'The body of a call is JSON.' });
  }
}
