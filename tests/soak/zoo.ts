import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { BatchReport } from '../../src/engine/index.ts';
import { writeMixedZoo } from '../support/mixed-zoo.ts';
import { commandLine, killAfter, planOf } from './command-line.ts';
import { digestsBelow } from './digests.ts';
import { usedBytes, watchUse } from './room.ts';
import { Counter, type Tally } from './tally.ts';

const killsOfOneRun = 10;
const shards = 4;
const patience = 5_000;

/**
 * Kills `fw batch` over 200 models of every kind, ten times in each run: at random moments, and as soon as an archive got its name or
 * the journal grew. Compares every archive with an undisturbed run's, the room that is taken at every moment with what the plan said,
 * and the report with the files; then does the same with four shards side by side, each killed once.
 */
export async function soakZoo(folder: string, kills: number, random: () => number): Promise<Tally> {
  const zoo = join(folder, 'zoo');
  await writeMixedZoo(zoo);
  const undisturbed = join(folder, 'undisturbed');
  const { drive, models } = await planOf(['batch', zoo, '-o', undisturbed]);
  const started = performance.now();
  const counter = new Counter();
  const whole = await measured(undisturbed, () => commandLine(['batch', zoo, '-o', undisturbed]));
  let milliseconds = performance.now() - started;
  const [originals, expected] = [await digestsBelow(zoo, ''), await digestsBelow(undisturbed, '.fwz')];
  counter.facts.push(
    `${models.length} models, ${expected.size} archives; the plan says at most ${drive.peak} bytes more`,
  );
  counter.facts.push(`undisturbed: at most ${whole} bytes more`);
  const check = async (out: string, most: number, complain: (fault: string) => void): Promise<void> => {
    if (most > drive.peak) complain(`took ${most} bytes more, where the plan said ${drive.peak}`);
    const found = await digestsBelow(out, '.fwz');
    if (found.size !== expected.size) complain(`${found.size} archives instead of ${expected.size}`);
    for (const [name, sha256] of found) if (expected.get(name) !== sha256) complain(`"${name}" has other bytes`);
    for (const [name, sha256] of await digestsBelow(zoo, ''))
      if (originals.get(name) !== sha256) complain(`"${name}" changed`);
    for (const name of await readdir(out, { recursive: true }))
      if (/\.partial\b|\.fwz\.journal$/.test(name)) complain(`"${name}" is left`);
    for (const fault of await wrongSums(out)) complain(fault);
  };
  await check(undisturbed, whole, (fault) => counter.faults.push(`undisturbed: ${fault}`));
  while (counter.kills < kills) {
    const out = join(folder, `round-${counter.rounds}`);
    const complain = (fault: string) => counter.faults.push(`round ${counter.rounds}: ${fault}`);
    const most = await measured(out, async () => {
      for (let kill = 0; kill < Math.min(killsOfOneRun, kills); kill++) {
        const began = performance.now();
        const moment = kill % 2 === 0 ? (0.1 + random() * 0.3) * milliseconds : nextEnd(out, kill % 4 === 1);
        if (!(await killAfter(moment, ['batch', zoo, '-o', out]))) {
          // The machine was busier when it was timed.
          if (kill === 0) milliseconds = performance.now() - began;
          break;
        }
        const found = await digestsBelow(out, '.fwz');
        counter.killed(`${Math.floor((4 * found.size) / expected.size) * 25} % of the archives there`);
        for (const [name, sha256] of found) if (expected.get(name) !== sha256) complain(`"${name}" has other bytes`);
      }
      await commandLine(['batch', zoo, '-o', out]).catch((error: unknown) => complain(String(error)));
    });
    await check(out, most, complain);
    counter.facts.push(`round ${counter.rounds}: at most ${most} bytes more`);
    counter.roundEnded();
  }
  const out = join(folder, 'shards');
  const complain = (fault: string) => counter.faults.push(`shards: ${fault}`);
  const most = await measured(out, async () => {
    const share = (index: number) => ['batch', zoo, '-o', out, '--shard', `${index}/${shards}`, '--threads', '1'];
    const indexes = Array.from({ length: shards }, (_, at) => at + 1);
    const killed = await Promise.all(indexes.map((index) => killAfter(random() * milliseconds, share(index))));
    for (const isKilled of killed) if (isKilled) counter.killed('one of four shards');
    await Promise.all(
      indexes.map((index) => commandLine(share(index)).catch((error: unknown) => complain(String(error)))),
    );
    await commandLine(['batch', zoo, '-o', out]).catch((error: unknown) => complain(String(error)));
  });
  await check(out, most, complain);
  counter.facts.push(`four shards: at most ${most} bytes more`);
  return counter;
}

/** The most bytes that a folder took on its disk while work was done. */
async function measured(out: string, work: () => Promise<unknown>): Promise<number> {
  const before = usedBytes(out);
  const watching = watchUse(out);
  await work();
  return watching.end() - before;
}

/** Resolves as soon as one more archive has its name, or one more line is in the journal. */
async function nextEnd(out: string, isArchive: boolean): Promise<void> {
  const look = async (): Promise<number> =>
    isArchive
      ? (await readdir(out, { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.fwz')).length
      : stat(join(out, '.featherweight', 'journal.jsonl')).then(
          ({ size }) => size,
          () => 0,
        );
  const [first, end] = [await look(), performance.now() + patience];
  while (performance.now() < end && (await look()) <= first + 1) await wait(1);
}

/** What of a report is not what its rows and the files say. */
async function wrongSums(out: string): Promise<readonly string[]> {
  const report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as BatchReport;
  const faults: string[] = [];
  const sums = { bytesIn: 0, bytesOut: 0, archivedBytes: 0 };
  for (const { archive, bytesIn, bytesOut } of report.rows) {
    sums.bytesIn += bytesIn;
    sums.bytesOut += bytesOut;
    if (archive === undefined) continue;
    sums.archivedBytes += bytesOut;
    const { size } = await stat(join(out, archive));
    if (size !== bytesOut) faults.push(`"${archive}" has ${size} bytes, its row says ${bytesOut}`);
  }
  for (const name of ['bytesIn', 'bytesOut', 'archivedBytes'] as const)
    if (report[name] !== sums[name]) faults.push(`${name} is ${report[name]}, its rows add up to ${sums[name]}`);
  if (report.needsAttention.length > 0) faults.push(`${report.needsAttention.length} models need attention`);
  return faults;
}
