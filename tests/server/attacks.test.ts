import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openHost } from '../host/open-host.ts';
import { openApplication, origin, port, token } from './open-application.ts';

const own = { host: `127.0.0.1:${port}`, origin };

describe('who may talk to the server', () => {
  test.each([
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `127.0.0.1:${port}.evil`,
    '',
  ])('a request that was sent to the host "%s" is refused, even for the window itself', async (host) => {
    await using opened = await openHost();
    const { fetch } = await openApplication(opened);
    expect((await fetch('/', { headers: { host } })).status).toBe(403);
    expect((await fetch('/call/app.info', { method: 'POST', body: '{}', headers: { host } })).status).toBe(403);
  });

  test.each([
    'http://evil.example',
    'null',
    `http://127.0.0.1:${port + 1}`,
    `https://127.0.0.1:${port}`,
    'http://localhost',
  ])('a page of %s may neither call nor sign in', async (foreign) => {
    await using opened = await openHost();
    const { raw, fetch } = await openApplication(opened);
    const headers = { ...own, origin: foreign };
    expect((await fetch('/call/app.info', { method: 'POST', body: '{}', headers })).status).toBe(403);
    expect((await fetch('/events', { headers })).status).toBe(403);
    expect((await raw('/session', { method: 'POST', body: token, headers })).status).toBe(403);
  });

  test('a change without an Origin is refused, as is reading from another port of the same machine', async () => {
    await using opened = await openHost();
    const { raw, fetch, cookie } = await openApplication(opened);
    const headers = { host: own.host, cookie };
    expect((await raw('/call/app.info', { method: 'POST', body: '{}', headers })).status).toBe(403);
    for (const from of ['same-site', 'cross-site'])
      expect((await fetch('/download?path=x', { headers: { 'sec-fetch-site': from } })).status).toBe(403);
  });

  test('nothing but the window is given without the cookie, or with a wrong one', async () => {
    await using opened = await openHost();
    const { raw } = await openApplication(opened);
    for (const cookie of ['', `featherweight-${port}=`, `featherweight-${port}=${token}`, 'featherweight-1=x'])
      for (const [path, method] of [
        ['/call/app.info', 'POST'],
        ['/events', 'GET'],
        ['/upload?name=a', 'POST'],
        ['/download?path=/', 'GET'],
      ] as const)
        // prettier-ignore
        expect((await raw(path, { method, headers: { ...own, cookie } })).status).toBe(401);
    expect((await raw('/', { headers: own })).status).toBe(200);
  });

  test('the token of the link works once, and its cookie cannot be read by scripts or sent across sites', async () => {
    await using opened = await openHost();
    const { raw, cookie } = await openApplication(opened);
    const again = await raw('/session', { method: 'POST', headers: own, body: token });
    expect([again.status, again.headers.get('set-cookie')]).toEqual([401, null]);
    expect(cookie).not.toContain(token);
    await using other = await openHost();
    const { raw: first } = await openApplication(other);
    const wrong = await first('/session', { method: 'POST', headers: own, body: `${token}x` });
    expect(wrong.status).toBe(401);
  });

  test('the session cookie is HttpOnly and SameSite=Strict, and no answer opens itself to other origins', async () => {
    await using opened = await openHost();
    const { createApplication } = await import('../../src/server/application.ts');
    const { createGuard } = await import('../../src/server/guard.ts');
    const application = createApplication({
      host: opened.host,
      guard: createGuard({ token, port: () => port }),
      checkPath: opened.host.access.check,
      uploadFolder: opened.host.workFolder,
      windowFiles: new Map(),
    });
    const { headers } = await application.request('/session', { method: 'POST', headers: own, body: token });
    expect(headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('content-security-policy')).toMatchInlineSnapshot(
      `"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"`,
    );
  });
});

describe('what can be reached', () => {
  test.each([
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/assets/../../package.json',
    '//etc/passwd',
    '/%00',
    '/%',
  ])('the path %s is no file of the window', async (path) => {
    await using opened = await openHost();
    const { fetch } = await openApplication(opened);
    const response = await fetch(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('Not here.');
  });

  test('neither a way up, nor a link, nor a hidden name leads out of the allowed folders', async () => {
    await using opened = await openHost();
    const { models, outside } = opened;
    await symlink(outside, join(models, 'link'));
    await symlink(join(outside, 'secret.txt'), join(models, 'model.onnx'));
    await symlink(join(outside, 'not-there'), join(models, 'dangling'));
    await symlink(join(models, 'loop'), join(models, 'loop'));
    await mkdir(join(models, '.ssh'));
    await writeFile(join(models, '.ssh', 'key'), 'secret');
    const { fetch } = await openApplication(opened);
    const paths = [
      join(outside, 'secret.txt'),
      `${models}/../outside/secret.txt`,
      join(models, 'link', 'secret.txt'),
      join(models, 'link', 'new.fwz'),
      join(models, 'model.onnx'),
      join(models, 'dangling'),
      join(models, 'loop'),
      join(models, '.ssh', 'key'),
      `${models}-evil`,
      `${models}/\0`,
      'model.safetensors',
      '',
    ];
    for (const path of paths) {
      const download = await fetch(`/download?path=${encodeURIComponent(path)}`);
      expect([path, download.status]).toEqual([path, 403]);
      for (const [name, input] of [
        ['models.inspect', { path }],
        ['files.list', { path }],
        ['jobs.start', { command: 'compress', input: path }],
        ['jobs.start', { command: 'compress', input: join(models, 'model.safetensors'), output: path }],
        ['jobs.start', { command: 'restore', archive: join(models, 'a.fwz'), output: path }],
        ['jobs.start', { command: 'verify', archive: join(models, 'a.fwz'), against: path }],
      ] as const) {
        const response = await fetch(`/call/${name}`, { method: 'POST', body: JSON.stringify(input) });
        const { error } = (await response.json()) as { error?: { code: string } };
        expect([path, error?.code]).toEqual([path, path === '' ? 'BAD_INPUT' : 'NOT_ALLOWED']);
      }
    }
  });

  test('any text as a path is answered, and never with what lies outside', async () => {
    await using opened = await openHost();
    const { fetch } = await openApplication(opened);
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '/', '\\', '~', opened.models, 'secret.txt', 'outside'),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const response = await fetch(`/download?path=${encodeURIComponent(pieces.join('/'))}`);
        expect([403, 404, 200]).toContain(response.status);
        expect(await response.text()).not.toBe('secret');
      }),
      { numRuns: 200 },
    );
  });
});

describe('what is sent in', () => {
  test('a call of many bytes is cut off', async () => {
    await using opened = await openHost();
    const { fetch } = await openApplication(opened);
    const body = JSON.stringify({ path: 'x'.repeat(300_000) });
    expect((await fetch('/call/models.inspect', { method: 'POST', body })).status).toBe(413);
  });

  test.each([
    '../../evil.safetensors',
    '..\\..\\evil.safetensors',
    '/etc/evil.safetensors',
    '.evil.safetensors',
    'C:evil.safetensors',
  ])('a dropped file named %s lands in its own folder among the dropped files', async (name) => {
    await using opened = await openHost();
    const { fetch } = await openApplication(opened);
    const body = new Uint8Array([1, 2, 3]);
    const response = await fetch(`/upload?name=${encodeURIComponent(name)}`, { method: 'POST', body, headers: { 'content-length': '3' } }); // prettier-ignore
    const { value } = (await response.json()) as { value: { path: string } };
    expect(value.path.startsWith(`${opened.host.workFolder}/dropped-`)).toBe(true);
    expect(value.path.slice(opened.host.workFolder.length).split('/')).toHaveLength(3);
    expect([...(await readFile(value.path))]).toEqual([1, 2, 3]);
    expect((await opened.host.call('models.inspect', { path: value.path })).path).toBe(value.path);
  });

  test.each([
    ['shorter than announced', 5, 'BAD_INPUT'],
    ['longer than announced', 2, 'BAD_INPUT'],
    ['announced with more than the disk holds', 900_000_000_000_000, 'DISK_FULL'],
  ])('a file %s leaves nothing behind', async (_what, announced, code) => {
    await using opened = await openHost();
    const { fetch } = await openApplication(opened);
    const init = { method: 'POST', body: new Uint8Array(3), headers: { 'content-length': String(announced) } };
    const response = await fetch('/upload?name=a', init);
    expect(await response.json()).toMatchObject({ error: { code } });
    expect(await readdir(opened.host.workFolder)).toEqual([]);
  });

  test('a file of unannounced length is refused', async () => {
    await using opened = await openHost();
    const { fetch } = await openApplication(opened);
    expect((await fetch('/upload?name=a', { method: 'POST', body: 'abc' })).status).toBe(411);
  });
});
