import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  CancelledError,
  FeatherweightError,
  machineFacts,
  ownFolder,
  toFeatherweightError,
} from '../../engine/index.ts';
import type { Contestant } from './contestants.ts';
import { measure } from './measure.ts';
import type { BenchmarkMeasurement, BenchmarkReport, BenchmarkRow } from './report.ts';

/** What to measure and where. */
export interface BenchmarkRequest {
  readonly input: string;
  /** A temporary folder is made in here, and always removed. */
  readonly workFolder: string;
  readonly contestants: readonly Contestant[];
  readonly absent: BenchmarkReport['absent'];
  readonly rounds: number;
  readonly threads: number | undefined;
}

/** An archive and a restored file lie on the disk at once. */
const filesAtOnce = 2;
const spareBytes = 64e6;

/**
 * Lets every contestant compress and restore the file once per round, in another order each round so that a machine that
 * warms up or throttles hurts nobody in particular. Yields each measurement, then returns the medians. A contestant that
 * fails is listed as absent with its reason; one that restores other bytes stays in the table as not equal.
 */
export async function* benchmark(
  request: BenchmarkRequest,
  signal: AbortSignal,
): AsyncGenerator<BenchmarkMeasurement, BenchmarkReport> {
  const { input, rounds, contestants } = request;
  const { size } = await stat(input);
  await checkSpace(request.workFolder, size * filesAtOnce + spareBytes);
  const sha256 = await sha256Of(input, signal);
  const measurements: BenchmarkMeasurement[] = [];
  const failed = new Map<string, string>();
  await using owner = new AsyncDisposableStack();
  const folder = await ownFolder(request.workFolder, '.featherweight-bench', owner);
  for (let round = 1; round <= rounds; round++)
    for (const contestant of rotate(contestants, round - 1)) {
      if (failed.has(contestant.name)) continue;
      try {
        const measured = await runOnce(contestant, input, folder, signal);
        const measurement = { contestant: contestant.name, round, ...measured, equal: measured.sha256 === sha256 };
        measurements.push(measurement);
        yield measurement;
      } catch (error) {
        if (signal.aborted) throw new CancelledError('Stopped. The temporary files of the measurement are removed.');
        failed.set(contestant.name, toFeatherweightError(error).message);
      }
    }
  return {
    command: 'bench',
    input,
    bytesIn: size,
    sha256,
    rounds,
    threads: request.threads ?? availableParallelism(),
    machine: machineFacts(),
    rows: contestants
      .filter(({ name }) => !failed.has(name))
      .map((contestant) => rowOf(contestant, measurements, size)),
    measurements,
    absent: [...request.absent, ...[...failed].map(([contestant, reason]) => ({ contestant, reason }))],
  };
}

async function runOnce(
  contestant: Contestant,
  input: string,
  folder: string,
  signal: AbortSignal,
): Promise<Pick<BenchmarkMeasurement, 'bytesOut' | 'compress' | 'restore'> & { readonly sha256: string }> {
  const archive = join(folder, 'archive');
  const restored = join(folder, 'restored');
  try {
    const compress = await measure(contestant.compress(input, archive), archive, signal);
    const bytesOut = (await stat(archive)).size;
    const restore = await measure(contestant.restore(archive, restored), restored, signal);
    return { bytesOut, compress, restore, sha256: await sha256Of(restored, signal) };
  } finally {
    await rm(archive, { force: true });
    await rm(restored, { force: true });
  }
}

function rowOf({ name, version }: Contestant, all: readonly BenchmarkMeasurement[], bytesIn: number): BenchmarkRow {
  const own = all.filter(({ contestant }) => contestant === name);
  const compressCpuSeconds = median(own.flatMap(({ compress }) => compress.cpuSeconds ?? []));
  const restoreCpuSeconds = median(own.flatMap(({ restore }) => restore.cpuSeconds ?? []));
  const peaks = own.flatMap(({ compress, restore }) =>
    [compress.peakRssBytes ?? [], restore.peakRssBytes ?? []].flat(),
  );
  const bytesOut = median(own.map((each) => each.bytesOut)) ?? 0;
  return {
    contestant: name,
    version,
    bytesOut,
    ratio: bytesIn === 0 ? 1 : bytesOut / bytesIn,
    compressRate: bytesIn / (median(own.map(({ compress }) => compress.seconds)) ?? Infinity),
    restoreRate: bytesIn / (median(own.map(({ restore }) => restore.seconds)) ?? Infinity),
    ...(compressCpuSeconds === undefined ? {} : { compressCpuSeconds }),
    ...(restoreCpuSeconds === undefined ? {} : { restoreCpuSeconds }),
    ...(peaks.length === 0 ? {} : { peakRssBytes: Math.max(...peaks) }),
    equal: own.length > 0 && own.every(({ equal }) => equal),
  };
}

/** The middle value, or the mean of the two in the middle; `undefined` of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function rotate<Item>(items: readonly Item[], by: number): readonly Item[] {
  const cut = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(cut), ...items.slice(0, cut)];
}

async function checkSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed)
    throw new FeatherweightError(
      'DISK_FULL',
      `Measuring needs ${needed} bytes in "${folder}"; ${free} are free. Name another place with --work.`,
      { facts: { needed, free, folder } },
    );
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(bytes as Buffer);
  return hash.digest('hex');
}
