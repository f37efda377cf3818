import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test as base, expect, type Page } from '@playwright/test';

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

const program = join(import.meta.dirname, '../../out/main/cli.js');

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
    let running = await start(folder, home);
    await use({
      get url() {
        return running.url;
      },
      pause: () => running.child.kill('SIGSTOP'),
      resume: () => running.child.kill('SIGCONT'),
      restart: async () => {
        running.child.kill('SIGKILL');
        await once(running.child, 'exit');
        running = await start(folder, home);
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

async function start(folder: string, home: string) {
  const child = spawn(process.execPath, [program, 'serve', '--json'], {
    cwd: folder,
    env: { ...process.env, HOME: home, FEATHERWEIGHT_DATA: join(home, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
  return { child, said, url: await listening(child) };
}

async function listening(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const event = JSON.parse(line) as { readonly type: string; readonly url?: string };
    if (event.type === 'listening' && event.url !== undefined) return event.url;
  }
  throw new Error('The program ended without listening.');
}

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

/** Puts a file into the working folder and opens it through the window's own folder list. */
export async function openFromFolder(page: Page, folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  await page.getByRole('link', { name: 'Open from a folder of this machine' }).click();
  await page.getByRole('link', { name: 'models', exact: true }).click();
  await page.getByRole('link', { name }).click();
  return path;
}
