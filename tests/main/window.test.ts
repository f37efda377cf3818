import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentPolicy } from '../../src/contract/content-policy.ts';
import { windowFiles } from '../../src/main/window-files.ts';
import { guardContents, guardSession, isOwnFrame } from '../../src/main/window-guard.ts';
import { folderWith } from '../support/folder.ts';

test('the window goes nowhere, opens nothing and embeds nothing', () => {
  const listeners = new Map<string, (event: { preventDefault(): void }) => void>();
  let open: (() => { readonly action: string }) | undefined;
  guardContents({
    on: (event, listener) => listeners.set(event, listener),
    setWindowOpenHandler: (handler) => (open = handler),
  });
  expect(open?.().action).toBe('deny');
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate', 'will-attach-webview']) {
    let prevented = false;
    listeners.get(event)?.({ preventDefault: () => (prevented = true) });
    expect([event, prevented]).toEqual([event, true]);
  }
});

test('no permission is given but to copy text', () => {
  const given: string[] = [];
  const permissions = ['media', 'geolocation', 'notifications', 'openExternal', 'fileSystem', 'clipboard-read', 'clipboard-sanitized-write']; // prettier-ignore
  guardSession({
    setPermissionRequestHandler(handler) {
      for (const name of permissions) handler({}, name, (granted) => granted && given.push(`asked ${name}`));
    },
    setPermissionCheckHandler(handler) {
      for (const name of permissions) if (handler({}, name)) given.push(`checked ${name}`);
    },
    setDevicePermissionHandler: (handler) => handler() && given.push('device'),
  });
  expect(given).toEqual(['asked clipboard-sanitized-write', 'checked clipboard-sanitized-write']);
});

test.each([
  ['app://featherweight/index.html', null, true],
  ['app://featherweight/index.html#/model/x', null, true],
  ['app://featherweight/index.html', {}, false],
  ['app://featherweight.evil/index.html', null, false],
  ['app://featherweight:1@evil/index.html', null, false],
  ['https://featherweight/index.html', null, false],
  ['file:///index.html', null, false],
  ['about:blank', null, false],
  ['', null, false],
])('a message from "%s" inside of %j is ours: %j', (url, parent, isOurs) => {
  expect(isOwnFrame({ url, parent })).toBe(isOurs);
});

test('a message from a frame that is gone is not ours', () => expect(isOwnFrame(null)).toBe(false));

describe('the files of the window', () => {
  test('are served with the content policy, and none but they', async () => {
    const folder = await folderWith({ 'secret.txt': 'secret', 'window/index.html': '<!doctype html>' });
    await mkdir(join(folder, 'window', 'assets'));
    await writeFile(join(folder, 'window', 'assets', 'a.js'), 'let a;');
    const serve = await windowFiles(join(folder, 'window'));
    const index = await serve({ url: 'app://featherweight/index.html#/history' });
    expect([index.status, index.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(index.headers.get('content-security-policy')).toBe(contentPolicy);
    expect((await serve({ url: 'app://featherweight/assets/a.js?x' })).status).toBe(200);
    for (const path of ['../secret.txt', '..%2fsecret.txt', 'assets/../../secret.txt', '/secret.txt', '', '//'])
      expect((await serve({ url: `app://featherweight/${path}` })).status).toBe(404);
    expect((await serve({ url: 'app://other/index.html' })).status).toBe(404);
  });
});
