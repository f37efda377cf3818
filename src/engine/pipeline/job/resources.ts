import { availableParallelism, cpus, totalmem } from 'node:os';
import { archiveBlockBytes } from '../../archive/index-text.ts';
import { UsageError } from '../../errors.ts';
import { shortBytes } from '../../planner/sample.ts';
import { coderBytes } from '../../workers/coder-size.ts';
import { hasherCount, type CrewSize } from '../../workers/crew.ts';
import type { MachineFacts } from './events.ts';

/** Bytes of original data in one block: a table pays for itself, and two planes of it still fit in a core's cache. */
export const blockBytes = archiveBlockBytes;
export const defaultMemoryBytes = 2 ** 30;
export const leastMemoryBytes = 256 * 2 ** 20;
export const engineVersion = '0.1.0';

/** Measured: what Node takes before any of our buffers, for the process and for each thread. */
const processBytes = 110 * 2 ** 20;
const threadBytes = 16 * 2 ** 20;
/** Measured, of 100,000 tensors in all formats: what each takes in the tables of a job, its name, places, digest and report. */
const tensorBytes = 2 * 1024;
/** Ways to divide a thread's memory, best first: large batches need fewer messages, several keep everybody busy. */
const layouts = [
  { slotBytes: 4 * blockBytes, slots: 3 },
  { slotBytes: 2 * blockBytes, slots: 3 },
  { slotBytes: 2 * blockBytes, slots: 2 },
] as const;
/** With less to do than this for each, more threads only take longer to start. */
const leastBytesPerThread = 4 * blockBytes;
/** Batches for each thread, at least, where blocks suffice: what stands at the head of a file takes longest, and comes together. */
const leastBatches = 4;

/** How a memory budget is spent. */
export interface Resources extends CrewSize {
  readonly memoryBytes: number;
  /** The most bytes of a batch, which a slot has room for. */
  readonly batchBytes: number;
  /** The most bytes of one file's header, or of one archive's index, held in memory. */
  readonly headerBytes: number;
}

/** What a budget is for. */
export interface Work {
  readonly bytes: number;
  readonly tensors: number;
  /** Bytes of no tensor and of short ones, of which the coders that learn take as long for one block as others for hundreds. */
  readonly slowBytes: number;
}

/** What there is to do for `bytes` bytes of files that have these tensors. */
export function workFor(bytes: number, tensors: readonly { readonly byteLength: number }[]): Work {
  const quickBytes = tensors.reduce((sum, { byteLength }) => sum + (byteLength > shortBytes ? byteLength : 0), 0);
  return { bytes, tensors: tensors.length, slowBytes: Math.max(0, bytes - quickBytes) };
}

/**
 * Divides a budget; throws {@link UsageError} below 256 MiB. Fewer threads before a broken promise, and no more of them than
 * the work is worth.
 */
export function planResources(
  request: { readonly threads?: number | undefined; readonly memoryBytes?: number | undefined },
  work: Work = { bytes: Infinity, tensors: 0, slowBytes: 0 },
): Resources {
  const memoryBytes = request.memoryBytes ?? defaultMemoryBytes;
  if (!Number.isFinite(memoryBytes) || memoryBytes < leastMemoryBytes)
    throw new UsageError(
      `A memory budget of ${memoryBytes} bytes is too small; at least ${leastMemoryBytes} are needed.`,
      { found: memoryBytes, allowed: leastMemoryBytes },
    );
  const wanted = request.threads ?? availableParallelism();
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 256)
    throw new UsageError(`${wanted} threads were asked for; 1 to 256 are possible.`, { found: wanted });
  const headerBytes = Math.min(100_000_000, Math.floor(memoryBytes / 16));
  const available = memoryBytes - processBytes - work.tensors * tensorBytes;
  const worth = Math.max(Math.ceil(work.bytes / leastBytesPerThread), Math.floor(work.slowBytes / blockBytes));
  const useful = Math.min(wanted, Math.max(1, worth));
  for (let threads = useful; threads > 1; threads--) {
    const each = (available - hasherCount(threads) * threadBytes) / threads - threadBytes;
    const layout = layouts.find(({ slots, slotBytes }) => coderBytes(slots, slotBytes, blockBytes) <= each);
    if (!layout) continue;
    const share = Math.ceil(work.bytes / (threads * leastBatches));
    const batchBytes = Math.min(layout.slotBytes, Math.max(blockBytes, share));
    return { memoryBytes, threads, ...layout, batchBytes, blockBytes, headerBytes };
  }
  const [, , least] = layouts;
  return { memoryBytes, threads: 1, ...least, batchBytes: least.slotBytes, blockBytes, headerBytes };
}

/** About the most memory that a job with these resources takes, for a model of so many tensors. */
export function expectedMemory({ threads, slots, slotBytes, memoryBytes }: Resources, tensors: number): number {
  const buffers = threads * coderBytes(slots, slotBytes, blockBytes);
  return Math.min(
    memoryBytes,
    processBytes + (threads + hasherCount(threads)) * threadBytes + buffers + tensors * tensorBytes,
  );
}

/** Facts without which a speed is not a result. */
export function machineFacts(): MachineFacts {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    engine: engineVersion,
  };
}

/** The most memory that this process has had resident so far, in bytes. */
export function peakRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
