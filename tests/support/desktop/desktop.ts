import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answer, Ask, Setup, Told } from './protocol.ts';
import { setupVariable } from './protocol.ts';

const root = join(import.meta.dirname, '../../..');
const main = join(root, 'out/main/index.js');

/** The built main process, with a stand-in for Electron's own module. */
export interface Desktop extends AsyncDisposable {
  /** All that it made the stand-in do so far. */
  readonly told: readonly Told[];
  /** What it wrote to standard error so far. */
  readonly said: readonly string[];
  ask(question: Ask): Promise<unknown>;
  /** Told of each thing from now on, and at once of those before. */
  follow(listener: (told: Told) => void): void;
  /** Resolves with its exit status. */
  readonly ended: Promise<number | null>;
}

/** Starts the program as Electron would, with `words` on its command line. */
export function startDesktop(setup: Setup, words: readonly string[] = []): Desktop {
  const child = fork(main, words, {
    cwd: root,
    execArgv: ['--import', new URL('./replace-electron.ts', import.meta.url).href],
    env: { ...process.env, [setupVariable]: JSON.stringify(setup) },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const told: Told[] = [];
  const said: string[] = [];
  const listeners: ((told: Told) => void)[] = [];
  const answers = new Map<number, (value: unknown) => void>();
  child.stderr?.on('data', (text: Buffer) => said.push(text.toString()));
  child.on('message', (message: Told | Answer) => {
    if ('answers' in message) answers.get(message.answers)?.(message.value);
    else {
      told.push(message);
      for (const listener of listeners) listener(message);
    }
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    ...{ told, said, ended },
    follow(listener) {
      told.forEach(listener);
      listeners.push(listener);
    },
    ask: (question) =>
      new Promise((resolve) => {
        const id = answers.size;
        answers.set(id, resolve);
        // A page may still ask when the program has ended, and gets nothing, as Electron's would.
        if (child.connected) child.send({ ...question, id });
        else resolve(undefined);
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
