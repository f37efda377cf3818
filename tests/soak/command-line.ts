import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { StoreReport, ZooPlan } from '../../src/engine/index.ts';
import { program } from '../support/served-program.ts';

/** Runs the built command line to its end, and gives its last line as JSON; throws when it fails. */
export async function commandLine(words: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [program, ...words, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, said] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`fw ${words.join(' ')} ended with ${String(code)}: ${said()} ${output().slice(-500)}`);
  return JSON.parse(output().trim().split('\n').at(-1) ?? '');
}

/** Runs the built command line and kills it with SIGKILL after a time or a moment; false when it has ended before. */
export async function killAfter(moment: number | Promise<void>, words: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...words], { stdio: 'ignore' });
  const ended = once(child, 'close');
  await Promise.race([typeof moment === 'number' ? wait(moment) : moment, ended]);
  child.kill('SIGKILL');
  await ended;
  return child.signalCode === 'SIGKILL';
}

/** Runs the built command line for a person with this home, with a module loaded before it that is told `moment`. */
export async function withPreload(
  preload: string | undefined,
  moment: string,
  words: readonly string[],
  home: string,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stderr: string }> {
  const before = preload === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...before, program, ...words], {
    env: { ...process.env, HOME: home, XDG_DATA_HOME: home, FEATHERWEIGHT_DATA: home, KILL_AT: moment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = collect(child.stderr);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stderr: said() };
}

/** Has every archive of a store decoded and checked; the sha256 of all files that it can give back. */
export async function storeReport(store: string): Promise<ReadonlySet<string>> {
  const { report } = (await commandLine(['store', 'check', store, '--read'])) as { readonly report: StoreReport };
  return new Set(report.archives.flatMap(({ files }) => files.map(({ sha256 }) => sha256)));
}

/** What a batch would do. */
export async function planOf(words: readonly string[]): Promise<ZooPlan> {
  const { report } = (await commandLine([...words, '--dry-run'])) as { readonly report: { readonly plan: ZooPlan } };
  return report.plan;
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let said = '';
  stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return () => said;
}
