// Loaded before the program (`node --import`): ends it with SIGKILL at one of the calls of its main thread that change files or
// folders, counted from 1. `KILL_AT` is such as "17 before" or "17 behind"; with "0 calls" it ends as ever, and the last line on
// standard error is how many calls there were.
import fs, { promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const [wanted = '', side] = (process.env['KILL_AT'] ?? '').split(' ');
const changing = [
  'appendFile',
  'copyFile',
  'mkdir',
  'mkdtemp',
  'rename',
  'rm',
  'rmdir',
  'truncate',
  'unlink',
  'writeFile',
];
const ofHandles = ['appendFile', 'datasync', 'sync', 'truncate', 'write', 'writeFile'];
const synchronous = [
  'copyFileSync',
  'fsyncSync',
  'ftruncateSync',
  'mkdirSync',
  'renameSync',
  'rmSync',
  'unlinkSync',
  'writeSync',
];
let calls = 0;

function kill(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

type Methods = Record<string, (...words: unknown[]) => unknown>;

function watch(methods: Methods, name: string, isChange: (words: readonly unknown[]) => boolean = () => true): void {
  const original = methods[name];
  if (original === undefined) return;
  methods[name] = function (this: unknown, ...words: unknown[]): unknown {
    const isNow = isChange(words) && ++calls === Number(wanted);
    if (isNow && side === 'before') kill();
    const result = original.apply(this, words);
    if (!isNow) return result;
    return result instanceof Promise ? result.then(kill, kill) : kill();
  };
}

if (isMainThread && wanted !== '') {
  const handle = await promises.open(import.meta.filename);
  const ofHandle = Object.getPrototypeOf(handle) as Methods;
  await handle.close();
  for (const name of ofHandles) watch(ofHandle, name);
  for (const name of changing) watch(promises as unknown as Methods, name);
  watch(promises as unknown as Methods, 'open', ([, flags = 'r']) => flags !== 'r');
  for (const name of synchronous) watch(fs as unknown as Methods, name);
  syncBuiltinESMExports();
  if (side === 'calls') process.on('exit', () => fs.writeSync(2, `\n${calls}\n`));
}
