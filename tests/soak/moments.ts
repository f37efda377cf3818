import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { baseModel, fineTune } from '../support/families.ts';
import { mixedModel } from '../support/mixed-model.ts';
import { commandLine, storeReport, withPreload } from './command-line.ts';
import { digestsBelow } from './digests.ts';
import { Counter, type Tally } from './tally.ts';

const preload = join(import.meta.dirname, '../support/kill-at-call.ts');

/** Work that begins in a new folder, where a command is killed. */
interface Work {
  readonly name: string;
  /** Files to begin with, by their place in the folder. */
  readonly inputs: Readonly<Record<string, string>>;
  /** `@` is the folder; what is made goes into `@/out`, what is trashed below `@/home`. */
  readonly words: readonly string[];
  /** How to go on where an output is there already. */
  readonly again: readonly string[];
  /** Whether the same bytes come out however often it was killed; else all that can be restored is the same. */
  readonly isExact: boolean;
}

/**
 * Kills each kind of work at each of its calls that change files or folders, just before and just behind it: at the renaming,
 * while journals are written and removed, while originals go to the trash. After each kill every original is whole, where it was or
 * in the trash, and what has a final name is right; the same command goes on, and nothing else is left.
 */
export async function soakMoments(folder: string, kills: number): Promise<Tally> {
  const counter = new Counter();
  const works = await allWorks(folder);
  const share = Math.ceil(kills / works.length);
  for (const work of works) {
    const undisturbed = await begin(work, join(folder, 'undisturbed'));
    const { stderr } = await withPreload(preload, '0 calls', undisturbed.words, undisturbed.home);
    const calls = Number(stderr.trim().split('\n').at(-1));
    const expected = await digestsBelow(undisturbed.out, '');
    await rm(undisturbed.place, { recursive: true });
    const moments = Array.from({ length: calls }, (_, at) => [`${at + 1} before`, `${at + 1} behind`]).flat();
    const step = Math.max(1, moments.length / share);
    for (let at = 0; at < moments.length; at += step) {
      const moment = moments[Math.floor(at)] ?? '';
      const faults = await survive(work, moment, join(folder, 'killed'), expected);
      counter.killed(`${work.name}, of ${calls} calls`);
      for (const fault of faults) counter.faults.push(`${work.name}, ${moment} of ${calls}: ${fault}`);
      counter.roundEnded();
    }
  }
  return counter;
}

async function allWorks(folder: string): Promise<readonly Work[]> {
  const files = {
    'model.safetensors': mixedModel(4000),
    'base.safetensors': baseModel(40_000),
    'tuned.safetensors': fineTune(40_000, 1e-3),
    'other.safetensors': fineTune(40_000, 1e-2, 1, 33),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const at = (name: string): string => join(folder, name);
  await commandLine(['compress', at('base.safetensors'), '-o', at('base.fwz')]);
  await commandLine(['compress', at('model.safetensors'), '-o', at('model.fwz')]);
  const zoo = Object.fromEntries(Object.keys(files).map((name) => [`zoo/${name}`, at(name)]));
  const [model, base] = ['@/model.safetensors', '@/base.fwz'];
  const again = ['--force'];
  return [
    {
      ...{ name: 'compress', inputs: { 'model.safetensors': at('model.safetensors') }, again, isExact: true },
      words: ['compress', model, '-o', '@/out/model.fwz'],
    },
    {
      ...{ name: 'compress against a base', again, isExact: true },
      inputs: { 'tuned.safetensors': at('tuned.safetensors'), 'base.fwz': at('base.fwz') },
      words: ['compress', '@/tuned.safetensors', '--base', base, '-o', '@/out/tuned.fwz'],
    },
    {
      ...{ name: 'restore', inputs: { 'model.fwz': at('model.fwz') }, again, isExact: true },
      words: ['restore', '@/model.fwz', '-o', '@/out/model.safetensors'],
    },
    {
      ...{ name: 'export', inputs: { 'model.safetensors': at('model.safetensors') }, again, isExact: true },
      words: ['export', model, '--to', 'znn', '-o', '@/out/model.znn.safetensors'],
    },
    { name: 'batch', inputs: zoo, words: ['batch', '@/zoo', '-o', '@/out'], again: [], isExact: true },
    {
      ...{ name: 'batch that replaces originals', inputs: zoo, again: [], isExact: false },
      words: ['batch', '@/zoo', '-o', '@/out', '--replace'],
    },
  ];
}

async function begin({ inputs, words }: Work, place: string) {
  const home = join(place, 'home');
  await mkdir(home, { recursive: true });
  await mkdir(join(place, 'out'));
  for (const [name, path] of Object.entries(inputs)) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await copyFile(path, join(place, name));
  }
  return { place, home, out: join(place, 'out'), words: words.map((word) => word.replace('@', place)) };
}

/** Kills at a moment, looks at what is there, and has the same command end its work; says whatever is wrong. */
async function survive(
  work: Work,
  moment: string,
  folder: string,
  expected: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const { place, home, out, words } = await begin(work, folder);
  const originals = await digestsBelow(place, '');
  const faults: string[] = [];
  const look = async (when: string): Promise<readonly string[]> => {
    const kept = new Set((await digestsBelow(home, '')).values());
    const there = await digestsBelow(place, '');
    for (const [name, sha256] of originals)
      if (there.get(name) !== sha256 && (there.has(name) || !kept.has(sha256)))
        faults.push(`${when}: "${name}" is not whole`);
    const made = await digestsBelow(out, '');
    const results = [...made].filter(([name]) => isResult(name));
    for (const [name, sha256] of work.isExact ? results : [])
      if (expected.get(name) !== sha256) faults.push(`${when}: "${name}" has other bytes`);
    return [...made.keys()];
  };
  try {
    const { signal } = await withPreload(preload, moment, words, home);
    if (signal !== 'SIGKILL') faults.push('it was not killed');
    const found = await look('killed');
    const goOn = [...words, ...(found.some(isResult) ? work.again : [])];
    const { code, stderr } = await withPreload(undefined, '', goOn, home);
    if (code !== 0) faults.push(`gone on with, it ended with ${code}: ${stderr.slice(-300)}`);
    const names = await look('at the end');
    for (const name of [...expected.keys()].filter(isResult))
      if (!names.includes(name)) faults.push(`"${name}" is missing`);
    for (const name of names) if (!expected.has(name)) faults.push(`"${name}" is left`);
    const folders = await readdir(place, { recursive: true });
    faults.push(...folders.filter((name) => /\.partial/.test(name)).map((name) => `"${name}" is left`));
    if (work.words[0] === 'batch') faults.push(...(await unrestorable(out, originals)));
  } catch (error) {
    faults.push(String(error));
  }
  await rm(place, { recursive: true });
  return faults;
}

/** What has a final name, and is the same whenever it is made. */
function isResult(name: string): boolean {
  return !/\.(fw-)?partial\b|\.journal$|^report\.|^\.featherweight/.test(name);
}

/** Decodes every archive of a store, and says which models none of them gives back. */
async function unrestorable(store: string, originals: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const held = await storeReport(store);
  return [...originals].filter(([, sha256]) => !held.has(sha256)).map(([name]) => `no archive holds "${name}"`);
}
