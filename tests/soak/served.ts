import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobRequest } from '../../src/contract/jobs.ts';
import { digestOf, surviveKills, type Moment } from '../support/killed-server.ts';
import { largeModel } from '../support/large-model.ts';
import { commandLine } from './command-line.ts';
import { Counter, type Tally } from './tally.ts';

const megabytes = 96;
const mostKillsOfOneJob = 4;

/** Kills `fw serve` while it compresses and restores, from just after the job was asked for until just before its end. */
export async function soakServed(folder: string, kills: number, random: () => number): Promise<Tally> {
  const model = join(folder, 'model.safetensors');
  await writeFile(model, largeModel(megabytes));
  const archive = join(folder, 'undisturbed.fwz');
  const started = performance.now();
  await commandLine(['compress', model, '-o', archive]);
  const milliseconds = performance.now() - started;
  const [original, archived] = [await digestOf(model), await digestOf(archive)];

  const counter = new Counter();
  while (counter.kills < kills) {
    const place = join(folder, `round-${counter.rounds}`);
    await mkdir(place);
    const isRestoring = counter.rounds % 4 === 3;
    const [input, output] = [join(place, isRestoring ? 'model.fwz' : 'model.safetensors'), join(place, 'result')];
    await copyFile(isRestoring ? archive : model, input);
    const request: JobRequest = isRestoring
      ? { command: 'restore', archive: input, output }
      : { command: 'compress', input, output };
    const sha256 = new Map(
      isRestoring
        ? [
            [input, archived],
            [output, original],
          ]
        : [
            [input, original],
            [output, archived],
          ],
    );
    const count = Math.min(kills - counter.kills, 1 + Math.floor(random() * mostKillsOfOneJob));
    const moments = Array.from({ length: count }, (): Moment => {
      const after = random() * milliseconds * (isRestoring ? 0.6 : 1);
      return { seen: () => true, milliseconds: after };
    });
    const survival = await surviveKills({ folder: place, request, sha256 }, moments).catch((error: unknown) => ({
      ...{ kills: [], faults: [String(error)], end: 'done' as const },
    }));
    for (const { state, part } of survival.kills)
      counter.killed(`${request.command}, ${state}${part > 0 ? ` ${Math.floor(part * 4) * 25} %` : ''}`);
    for (const fault of survival.faults) counter.faults.push(`round ${counter.rounds}: ${fault}`);
    if (survival.end !== 'done') counter.faults.push(`round ${counter.rounds}: ended ${JSON.stringify(survival.end)}`);
    counter.roundEnded();
    await rm(place, { recursive: true });
    await rm(`${place}-home`, { recursive: true });
  }
  return counter;
}
