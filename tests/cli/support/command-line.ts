import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, line by line as JSON. */
  readonly lines: readonly unknown[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves as soon as standard output contains `text`. */
  printed(text: string): Promise<void>;
}

export type Entry = 'source' | 'fake';

/** Starts the command line as a process of its own, from source. */
export function start(entry: Entry, words: readonly string[], cwd?: string): Running {
  const file = fileURLToPath(new URL(`./${entry}-entry.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code,
        stdout,
        stderr,
        get lines() {
          return stdout
            .split('\n')
            .filter(Boolean)
            .map((line): unknown => JSON.parse(line));
        },
      }),
    );
  });
  return {
    child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stdout.includes(text)) resolve();
        };
        waiting.add(look);
        look();
        void ended.then(({ stderr: words }) => reject(new Error(`Ended without "${text}": ${words}`)), reject);
      }),
  };
}

/** Runs the command line to its end. */
export function commandLine(entry: Entry, words: readonly string[], cwd?: string): Promise<Ended> {
  return start(entry, words, cwd).ended;
}
