import type { Interval, OwnMetric } from './figures.ts';
import { spawn } from 'node:child_process';
import { z } from 'zod';
import { CancelledError, UsageError } from '../engine/errors.ts';
import { differenceInterval, valueInterval } from './statistics/ratio.ts';

/** The last line of the program: figures by name, and if it likes the score of each item, of which a figure is the mean. */
const answer = z.object({ items: z.record(z.string(), z.array(z.number())).exactOptional() }).catchall(z.unknown());
type Answer = z.infer<typeof answer>;

const mostOutput = 16 * 2 ** 20;
const place = '{model}';

/** Cuts a command line into words, as a shell does with quotes but nothing else: no variables, no wildcards, no pipes. */
export function commandWords(line: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g))
    words.push(
      word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
    );
  if (!words.some((word) => word.includes(place)))
    throw new UsageError(`The command must have ${place} where the path of the model goes; found: ${line}`);
  return words;
}

/** Runs the program on each model and compares its figures. Throws what {@link runOnce} throws. */
export async function ownEvaluation(
  words: readonly string[],
  paths: { readonly original?: string; readonly candidate: string },
  options: { readonly seed: number; readonly seconds: number; readonly signal: AbortSignal },
): Promise<readonly OwnMetric[]> {
  const before = paths.original === undefined ? undefined : await runOnce(words, paths.original, options);
  const after = await runOnce(words, paths.candidate, options);
  const names = Object.keys({ ...after, ...after.items }).filter((name) => figure(after, name) !== undefined);
  if (names.length === 0)
    throw new UsageError('The last line of the command has no figures; one such as {"accuracy": 0.93} is expected.');
  return names.map((name) => {
    const value = figure(after, name) ?? NaN;
    const original = (before && figure(before, name)) ?? null;
    const [items, others] = [after.items?.[name], before?.items?.[name]];
    return {
      metric: name,
      ...{ value, original, delta: original === null ? null : value - original },
      ...{
        n: items?.length ?? null,
        seed: options.seed,
        interval: intervalOf(items, others, before !== undefined, options.seed),
      },
    };
  });
}

function intervalOf(
  items: readonly number[] | undefined,
  others: readonly number[] | undefined,
  isPaired: boolean,
  seed: number,
): Interval | null {
  if (items === undefined || items.length === 0) return null;
  const denominators = new Float64Array(items.length).fill(1);
  const scores = { numerators: Float64Array.from(items), denominators };
  if (!isPaired) return valueInterval(scores, { seed });
  if (others?.length !== items.length) return null;
  const before = { numerators: Float64Array.from(others), denominators };
  return differenceInterval(before, scores, { seed, identical: false });
}

function figure({ items, ...figures }: Answer, name: string): number | undefined {
  const value = figures[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const list = items?.[name];
  return list === undefined || list.length === 0 ? undefined : list.reduce((sum, each) => sum + each, 0) / list.length;
}

/** Runs a program without a shell. Throws USAGE when it cannot start, fails, takes too long or prints no JSON object last. */
function runOnce(
  words: readonly string[],
  model: string,
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const [program = '', ...rest] = words.map((word) => word.replaceAll(place, model));
  return new Promise((resolve, reject) => {
    const fail = (problem: string): void => reject(new UsageError(`The command "${program}" ${problem}.`, { program }));
    if (signal.aborted) {
      reject(new CancelledError());
      return;
    }
    const child = spawn(program, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
    });
    const stop = (): void => {
      child.kill('SIGKILL');
      reject(new CancelledError());
    };
    signal.addEventListener('abort', stop, { once: true });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-mostOutput)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    child.once('close', (code, killed) => {
      signal.removeEventListener('abort', stop);
      if (killed !== null) fail(`was ended (${killed}), at the latest after ${seconds} s`);
      else if (code !== 0) fail(`ended with code ${code ?? ''}: ${errors.trim()}`);
      else {
        const last = output.trim().split('\n').at(-1) ?? '';
        const parsed = answer.safeParse(parseJson(last));
        if (parsed.success) resolve(parsed.data);
        else fail(`printed ${JSON.stringify(last.slice(0, 200))} as its last line; a JSON object is expected`);
      }
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
