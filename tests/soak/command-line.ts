import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { program } from '../support/served-program.ts';

/** Runs the built command line to its end; throws when it fails. */
export async function commandLine(words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`fw ${words.join(' ')} ended with ${String(code)}: ${said}`);
}

/** Runs the built command line and kills it with SIGKILL; false when it has ended before. */
export async function killAfter(milliseconds: number, words: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...words], { stdio: 'ignore' });
  const ended = once(child, 'close');
  await Promise.race([wait(milliseconds), ended]);
  child.kill('SIGKILL');
  await ended;
  return child.signalCode === 'SIGKILL';
}
