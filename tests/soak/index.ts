// `npm run soak [-- --kills 100] [--only served|command|zoo|moments] [--seed 1]`: kills the built program at random moments, again
// and again, and checks after each that originals are whole, that no wrong file has a final name, and at the end that the
// results are, byte for byte, those of undisturbed work. Not part of the tests: it takes minutes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomNumbers } from '../support/streams.ts';
import { soakCommands } from './commands.ts';
import { soakMoments } from './moments.ts';
import { soakServed } from './served.ts';
import type { Tally } from './tally.ts';
import { soakZoo } from './zoo.ts';

const soaks: Readonly<Record<string, (folder: string, kills: number, random: () => number) => Promise<Tally>>> = {
  served: soakServed,
  command: soakCommands,
  zoo: soakZoo,
  moments: soakMoments,
};

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
for (const [name, soak] of Object.entries(soaks)) {
  if (values.only !== undefined && values.only !== name) continue;
  const folder = await mkdtemp(join(tmpdir(), 'featherweight-soak-'));
  try {
    const { kills, rounds, places, facts, faults } = await soak(
      folder,
      Number(values.kills),
      randomNumbers(Number(values.seed)),
    );
    console.log(`${name}: ${kills} kills in ${rounds} rounds; ${faults.length} faults`);
    for (const [place, count] of [...places].sort()) console.log(`  ${String(count).padStart(4)} ${place}`);
    for (const fact of facts) console.log(`  ${fact}`);
    for (const fault of faults) console.log(`  FAULT: ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
