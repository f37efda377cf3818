import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { CancelledError, FeatherweightError } from '../../engine/index.ts';
import type { Measured } from './report.ts';

const sampleMilliseconds = 10;
const keptWords = 2000;

/**
 * Runs `command` to its end and measures it; then flushes `produced` inside the clock, because a program that leaves its
 * output in the page cache has not finished the same work as one that waits for the disk. Throws `IO` with the program's
 * last words when it fails, `CANCELLED` on abort.
 */
export async function measure(command: readonly string[], produced: string, signal: AbortSignal): Promise<Measured> {
  const started = performance.now();
  const usage = await runMeasured(command, signal);
  await flush(produced);
  return { seconds: (performance.now() - started) / 1000, ...usage };
}

/**
 * CPU time comes from the shell's own `times`, which counts waited-for children and is in every POSIX shell; memory from
 * Linux's high-water mark of each child, read while it lives.
 */
async function runMeasured(command: readonly string[], signal: AbortSignal): Promise<Omit<Measured, 'seconds'>> {
  const posix = process.platform !== 'win32';
  const [program = '', ...words] = posix
    ? ['/bin/sh', '-c', '"$@"; code=$?; times >&3; exit $code', 'sh', ...command]
    : command;
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], detached: posix });
  let complaint = '';
  let times = '';
  child.stderr?.on('data', (bytes: Buffer) => (complaint = (complaint + bytes.toString()).slice(-keptWords)));
  child.stdio[3]?.on('data', (bytes: Buffer) => (times += bytes.toString()));
  const stop = (): void => endGroup(child.pid, posix);
  signal.addEventListener('abort', stop, { once: true });
  let peak: number | undefined;
  const sampling = setInterval(() => {
    void peakOfChildren(child.pid).then((bytes) => {
      if (bytes !== undefined) peak = Math.max(peak ?? 0, bytes);
    });
  }, sampleMilliseconds);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
      if (signal.aborted) stop();
    });
    if (signal.aborted) throw new CancelledError('Stopped. The temporary files of the measurement are removed.');
    if (code !== 0)
      throw new FeatherweightError(
        'IO',
        `"${command.join(' ')}" ended with ${code ?? 'a signal'}: ${complaint.trim()}`,
      );
  } finally {
    clearInterval(sampling);
    signal.removeEventListener('abort', stop);
  }
  const cpuSeconds = childSeconds(times);
  return {
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
    ...(peak === undefined ? {} : { peakRssBytes: peak }),
  };
}

/** The second line of `times` has user and system time of the children: `0m1.230000s 0m0.110000s`. */
export function childSeconds(times: string): number | undefined {
  const line = times.trim().split('\n')[1] ?? '';
  const parts = [...line.matchAll(/(\d+)m(\d+(?:\.\d+)?)s/g)];
  if (parts.length !== 2) return undefined;
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

async function peakOfChildren(shell: number | undefined): Promise<number | undefined> {
  if (process.platform !== 'linux' || shell === undefined) return undefined;
  try {
    const children = (await readFile(`/proc/${shell}/task/${shell}/children`, 'utf8')).trim().split(' ');
    const peaks = await Promise.all(
      children.filter(Boolean).map(async (child) => {
        const status = await readFile(`/proc/${child}/status`, 'utf8');
        return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
      }),
    );
    return peaks.length === 0 ? undefined : Math.max(...peaks);
  } catch {
    return undefined;
  }
}

function endGroup(pid: number | undefined, posix: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(posix ? -pid : pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
