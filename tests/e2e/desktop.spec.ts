import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';
import { startDesktop, type Desktop } from '../support/desktop/desktop.ts';
import { weightsModel } from './models.ts';

/**
 * The desktop's own code, as it is built, with a browser in the place of Electron's window and a stand-in for its module:
 * what only Electron's binary can tell (electron.spec.ts) is whether that binary runs.
 */
const own = 'app://featherweight';
/** The same page for a browser, which knows no scheme of ours; names below `localhost` are as trusted as a scheme is. */
const shown = 'http://featherweight.localhost';
const preload = await readFile(join(import.meta.dirname, '../../out/preload/index.cjs'), 'utf8');

const test = base.extend<{ readonly folder: string }>({
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'featherweight-desktop-'));
    await mkdir(join(folder, 'models'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});

const start = (folder: string, words: readonly string[] = []) =>
  startDesktop(
    { userData: join(folder, 'data'), picked: join(folder, 'models', 'picked.safetensors'), button: 0 },
    words,
  );

/** Is the window: shows the page, gives it the preload script, and carries its messages. */
async function showWindow(page: Page, desktop: Desktop, folder: string): Promise<readonly string[]> {
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  await page.route('**/*', async (route) => {
    const url = route.request().url().replace(shown, own);
    const reply = (await desktop.ask({ ask: 'fetch', url })) as Reply | undefined;
    if (reply === undefined) await route.abort();
    else await route.fulfill({ ...reply, body: Buffer.from(reply.body) });
  });
  await page.exposeFunction('invokeMain', (channel: string, words: readonly unknown[]) =>
    desktop.ask({ ask: 'invoke', channel, words, frame: { url: page.url().replace(shown, own), parent: null } }),
  );
  await page.addInitScript(
    `(() => {
      const listeners = new Map();
      window.hearMain = (channel, event) => { for (const listener of listeners.get(channel) ?? []) listener({}, event); };
      const electron = {
        contextBridge: { exposeInMainWorld: (name, value) => { window[name] = value; } },
        ipcRenderer: {
          invoke: (channel, ...words) => window.invokeMain(channel, words),
          on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
          removeListener: (channel, listener) =>
            listeners.set(channel, (listeners.get(channel) ?? []).filter((other) => other !== listener)),
        },
        webUtils: { getPathForFile: ({ name }) => ${JSON.stringify(join(folder, 'models'))} + '/' + name },
      };
      ((require) => { ${preload} })(() => electron);
    })();`,
  );
  const loads = new Promise<void>((resolve) => {
    desktop.follow((told) => {
      if (told.told === 'load') void page.goto(told.url.replace(own, shown)).then(() => resolve());
      else if (told.told === 'send')
        // A page that is on its way to another hears nothing, as in Electron.
        void page
          .evaluate(`hearMain(${JSON.stringify(told.channel)}, ${JSON.stringify(told.event)})`)
          .catch(() => undefined);
    });
  });
  await loads;
  await desktop.ask({ ask: 'emit', of: 'contents', event: 'did-finish-load', words: [] });
  return problems;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Closes the window as a person does, and waits until the program has let go of everything. */
async function close(desktop: Desktop): Promise<void> {
  void desktop.ask({ ask: 'emit', of: 'app', event: 'window-all-closed', words: [] });
  expect(await desktop.ended).toBe(0);
  expect(desktop.said.join('')).toBe('');
}

test('the desktop compresses a dropped file beside itself, tells the taskbar, and remembers', async ({
  page,
  folder,
}) => {
  const models = join(folder, 'models');
  await writeFile(join(models, 'weights.safetensors'), weightsModel(3_000_000));
  await using desktop = start(folder);
  const problems = await showWindow(page, desktop, folder);
  const { options } = desktop.told.find((told) => told.told === 'window')!;
  expect(options.webPreferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false });
  expect(await readFile(String(options.webPreferences['preload']), 'utf8')).toBe(preload);

  const transfer = await page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    data.items.add(new File(['not what is on the disk'], 'weights.safetensors'));
    return data;
  })()`);
  await page.getByRole('button', { name: /Drop a model here/ }).dispatchEvent('drop', { dataTransfer: transfer });
  await expect(page.getByRole('gridcell', { name: '3.00 MB' })).toBeVisible();
  await page.getByRole('button', { name: 'Compress exactly' }).click();
  await expect(page.getByText(/^Proved: all 3,000,\d+ bytes/)).toBeVisible();
  expect(await readdir(models)).toContain('weights.safetensors.fwz');
  const kinds = desktop.told.map(({ told }) => told);
  expect(kinds).toEqual(expect.arrayContaining(['progress', 'badge', 'awake']));
  const awake = () => desktop.told.filter((told) => told.told === 'awake').map(({ isKept }) => isKept);
  await expect.poll(awake).toEqual([true, false]);
  await page.getByRole('button', { name: 'Show in its folder' }).click();
  await expect
    .poll(() => desktop.told.filter((told) => told.told === 'shown').map(({ path }) => basename(path)))
    .toEqual(['weights.safetensors.fwz']);

  await writeFile(join(models, 'picked.safetensors'), weightsModel(1_000_000));
  await desktop.ask({ ask: 'menu', entry: 'open' });
  await expect(page.getByRole('heading', { name: 'picked.safetensors' })).toBeVisible();
  expect(problems).toEqual([]);
  await close(desktop);

  await using again = start(folder);
  await showWindow(await page.context().newPage(), again, folder);
  const reply = await again.ask({
    ...{ ask: 'invoke', channel: 'call', words: ['runs.recent', {}] },
    frame: { url: `${own}/index.html`, parent: null },
  });
  expect(reply).toMatchObject({ value: [{ name: 'weights.safetensors' }] });
  await close(again);
});

test('files that the desktop is started with or told of later are shown, and strangers get nothing', async ({
  page,
  folder,
}) => {
  const [first, second] = ['first.safetensors', 'second.safetensors'].map((name) => join(folder, 'models', name));
  await writeFile(first!, weightsModel(1_000_000));
  await writeFile(second!, weightsModel(2_000_000));
  await using desktop = start(folder, [first!]);
  const problems = await showWindow(page, desktop, folder);
  await expect(page.getByRole('heading', { name: 'first.safetensors' })).toBeVisible();
  const words = ['electron', 'models/second.safetensors'];
  await desktop.ask({ ask: 'emit', of: 'app', event: 'second-instance', words: [words, folder] });
  await expect(page.getByRole('heading', { name: 'second.safetensors' })).toBeVisible();
  const recent = desktop.told.filter((told) => told.told === 'recent').map(({ path }) => path);
  expect(recent).toEqual([first, second]);

  for (const frame of [null, { url: 'https://evil.example/', parent: null }, { url: `${own}/index.html`, parent: {} }])
    expect(await desktop.ask({ ask: 'invoke', channel: 'call', frame, words: ['runs.recent', {}] })).toMatchObject({
      error: { code: 'NOT_ALLOWED' },
    });
  for (const event of ['will-navigate', 'will-redirect', 'will-attach-webview'])
    expect([event, await desktop.ask({ ask: 'emit', of: 'contents', event, words: [] })]).toEqual([event, true]);
  expect(await desktop.ask({ ask: 'new-window' })).toEqual({ action: 'deny' });
  expect(await desktop.ask({ ask: 'permission', permission: 'media' })).toBe(false);
  expect(await desktop.ask({ ask: 'fetch', url: `${own}/../../package.json` })).toMatchObject({ status: 404 });

  // The page is gone; what is opened meanwhile waits until it is there again.
  await page.goto('about:blank');
  await desktop.ask({ ask: 'emit', of: 'contents', event: 'render-process-gone', words: [{ reason: 'crashed' }] });
  await expect
    .poll(() => desktop.told.map(({ told }) => told))
    .toEqual(expect.arrayContaining(['message-box', 'reload']));
  await desktop.ask({ ask: 'emit', of: 'contents', event: 'did-start-loading', words: [] });
  await desktop.ask({ ask: 'emit', of: 'app', event: 'second-instance', words: [['electron', first], folder] });
  await page.goto(`${shown}/index.html`);
  await expect(page.getByRole('heading', { name: 'first.safetensors' })).toBeVisible();
  expect(problems).toEqual([]);
  await close(desktop);
});

test('a desktop that cannot start says why', async ({ folder }) => {
  await writeFile(join(folder, 'data'), 'not a folder');
  await using desktop = start(folder);
  expect(await desktop.ended).toBe(1);
  const [box, ...more] = desktop.told;
  expect([box, more]).toMatchObject([{ told: 'error-box', title: 'Featherweight could not start' }, []]);
  expect(box?.told === 'error-box' && box.text).toContain(join(folder, 'data'));
});
