import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Host } from '../../src/contract/host.ts';
import { httpHost } from '../../src/renderer/host/http-host.ts';

/** The built program. */
export const program = join(import.meta.dirname, '../../out/main/cli.js');

export interface ServedProgram {
  readonly child: ChildProcess;
  /** The link to its window, good once. */
  readonly url: string;
  /** What it wrote to standard error so far. */
  readonly said: readonly string[];
}

/** Starts `fw serve` in `folder`, with `home` as the person's own; resolves when it listens. */
export async function serveProgram(folder: string, home: string): Promise<ServedProgram> {
  const child = spawn(process.execPath, [program, 'serve', '--json'], {
    cwd: folder,
    env: { ...process.env, HOME: home, FEATHERWEIGHT_DATA: join(home, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { readonly type: string; readonly url?: string };
    if (event.type === 'listening' && event.url !== undefined) return { child, said, url: event.url };
  }
  throw new Error(`The program ended without listening: ${said.join('')}`);
}

/** The calls of a served program, signed in by its link as a window would be. */
export async function signIn(url: string): Promise<Pick<Host, 'call'>> {
  const { origin, hash } = new URL(url);
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? '';
  const session = await fetch(`${origin}/session`, { method: 'POST', headers: { origin }, body: token });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  return httpHost({
    fetch: (path, init) =>
      fetch(`${origin}${path}`, {
        ...init,
        headers: { origin, cookie, ...(init?.headers as Record<string, string> | undefined) },
      }),
    eventSource: () => {
      throw new Error('Events are not followed here.');
    },
  });
}
