import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseModel, fineTune } from '../support/families.ts';
import { digestOf } from '../support/killed-server.ts';
import { largeModel } from '../support/large-model.ts';
import { commandLine, killAfter } from './command-line.ts';
import { Counter, type Tally } from './tally.ts';

const megabytes = 96;
const weights = 12_000_000;
const mostKillsOfOneJob = 4;

interface Work {
  readonly name: string;
  /** Files to begin with, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly sha256: string;
  readonly milliseconds: number;
}

/** Kills `fw compress` (alone, and against a base that is an archive) and `fw restore`; the same command goes on. */
export async function soakCommands(folder: string, kills: number, random: () => number): Promise<Tally> {
  const works = await undisturbed(folder);
  const counter = new Counter();
  while (counter.kills < kills) {
    const work = works[counter.rounds % works.length]!;
    const place = join(folder, `round-${counter.rounds}`);
    await mkdir(place);
    for (const [name, path] of Object.entries(work.inputs)) await copyFile(path, join(place, name));
    const output = join(place, 'result');
    const words = [...work.words.map((word) => word.replace('@', place)), '-o', output];
    const count = Math.min(kills - counter.kills, 1 + Math.floor(random() * mostKillsOfOneJob));
    const complain = (fault: string) => counter.faults.push(`round ${counter.rounds}, ${work.name}: ${fault}`);
    for (let kill = 0; kill < count; kill++) {
      const after = random() * work.milliseconds;
      if (!(await killAfter(after, words))) break;
      counter.killed(`${work.name}, ${Math.floor((4 * after) / work.milliseconds) * 25} % of its time`);
      for (const [name, path] of Object.entries(work.inputs))
        if ((await digestOf(join(place, name))) !== (await digestOf(path))) complain(`"${name}" has changed`);
      if ((await readdir(place)).includes('result')) break;
    }
    const names = await readdir(place);
    if (!names.includes('result')) await commandLine(words).catch((error: unknown) => complain(String(error)));
    if ((await digestOf(output).catch(String)) !== work.sha256) complain('the result has other bytes');
    const left = (await readdir(place)).filter((name) => name !== 'result' && !(name in work.inputs));
    // A kill behind the renaming leaves no work, but may leave a journal.
    if (left.length > 0 && !names.includes('result')) complain(`left: ${left.join(', ')}`);
    counter.roundEnded();
    await rm(place, { recursive: true });
  }
  return counter;
}

async function undisturbed(folder: string): Promise<readonly Work[]> {
  const [model, base, tuned] = ['model', 'base', 'tuned'].map((name) => join(folder, `${name}.safetensors`)) as [
    string,
    string,
    string,
  ];
  await writeFile(model, largeModel(megabytes));
  await writeFile(base, baseModel(weights));
  await writeFile(tuned, fineTune(weights, 1e-3));
  const archives = {
    model: join(folder, 'model.fwz'),
    base: join(folder, 'base.fwz'),
    tuned: join(folder, 'tuned.fwz'),
  };
  const timed = async (...words: readonly string[]): Promise<number> => {
    const started = performance.now();
    await commandLine(words);
    return performance.now() - started;
  };
  const compressing = await timed('compress', model, '-o', archives.model);
  await timed('compress', base, '-o', archives.base);
  const differing = await timed('compress', tuned, '--base', archives.base, '-o', archives.tuned);
  const restoring = await timed('restore', archives.model, '-o', join(folder, 'back'));
  return [
    {
      ...{ name: 'compress', inputs: { 'model.safetensors': model }, words: ['compress', '@/model.safetensors'] },
      ...{ sha256: await digestOf(archives.model), milliseconds: compressing },
    },
    {
      ...{ name: 'compress against a base', inputs: { 'tuned.safetensors': tuned, 'base.fwz': archives.base } },
      words: ['compress', '@/tuned.safetensors', '--base', '@/base.fwz'],
      ...{ sha256: await digestOf(archives.tuned), milliseconds: differing },
    },
    {
      ...{ name: 'restore', inputs: { 'model.fwz': archives.model }, words: ['restore', '@/model.fwz'] },
      ...{ sha256: await digestOf(model), milliseconds: restoring },
    },
  ];
}
