import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { serveProgram } from '../support/served-program.ts';

export { expect };

interface Fixtures {
  /** The program's working folder, which the window may reach. */
  readonly folder: string;
  /** The program that serves the window. */
  readonly server: Server;
  /** The window, opened by its link. It must stay within the content policy, log no error and ask nobody else. */
  readonly window: Page;
}

interface Server {
  /** The link of the program that runs now. */
  readonly url: string;
  /** Holds the program, and with it a job, where it is, so that there is time to look; not for Windows. */
  pause(): void;
  resume(): void;
  /** Kills the program as a power cut would, and starts it again. */
  restart(): Promise<void>;
}

/** Each test has a program, folders and a window of its own. */
export const test = base.extend<Fixtures>({
  // The framework reads a fixture's needs from this pattern, so it stands here also when there are none.
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'featherweight-e2e-'));
    await mkdir(join(folder, 'models'));
    await use(join(folder, 'models'));
    await rm(folder, { recursive: true, force: true });
  },
  server: async ({ folder }, use) => {
    const home = join(folder, '..', 'home');
    await mkdir(home);
    let running = await serveProgram(folder, home);
    await use({
      get url() {
        return running.url;
      },
      pause: () => running.child.kill('SIGSTOP'),
      resume: () => running.child.kill('SIGCONT'),
      restart: async () => {
        running.child.kill('SIGKILL');
        await once(running.child, 'exit');
        running = await serveProgram(folder, home);
      },
    });
    const { child, said } = running;
    child.kill('SIGCONT');
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    // The link, and not one word more.
    expect(said.join('').trim().split('\n')).toHaveLength(2);
  },
  window: async ({ page, server: { url } }, use) => {
    const problems = watch(page, new URL(url).origin);
    await page.goto(url);
    await use(page);
    expect(problems).toEqual([]);
  },
});

function watch(page: Page, origin: string): readonly string[] {
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    // Chromium logs what the content policy refuses as an error, too.
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(data|blob):/.test(request.url())) problems.push(request.url());
  });
  return problems;
}

/** Drops a file on the window as a person does; its bytes are copied through the protocol, so it should be small. */
export async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  // As text, because this side of the test knows no names of browsers.
  const transfer = await page.evaluateHandle(`(() => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(Buffer.from(bytes).toString('base64'))}), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], ${JSON.stringify(name)}));
    return data;
  })()`);
  await page.getByRole('button', { name: /Drop a model here/ }).dispatchEvent('drop', { dataTransfer: transfer });
}

/** Puts a file into a folder, to which `way` leads, and opens it through the window's own folder list. */
export async function openFromFolder(
  page: Page,
  folder: string,
  name: string,
  bytes: Uint8Array,
  way: readonly string[] = ['models'],
): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  await page.getByRole('link', { name: 'Open from a folder of this machine' }).click();
  for (const step of way) await page.getByRole('link', { name: step, exact: true }).click();
  await page.getByRole('link', { name }).click();
  return path;
}

/** Chooses all results that may be compared, when there are as many as are waited for. */
export async function chooseAll(page: Page, count: number): Promise<void> {
  const boxes = page.getByRole('checkbox');
  await expect(boxes).toHaveCount(count);
  for (const box of await boxes.all()) await box.check();
}

/** Rows of a history that are neither days nor titles: what ended around midnight stands under two days. */
export function finishedRows(page: Page): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('cell'), hasNot: page.getByRole('columnheader') });
}
