import { workspaceBytes } from '../codecs/limits.ts';
import { slackBytes, tableBytes } from '../kernels/workspace.ts';

/** Blocks of one batch; each may become one byte larger when it is stored, so that a slot has room for as many. */
export const mostBatchBlocks = 4096;

/** Bytes of memory that a coding thread with these slots takes. */
export function coderBytes(slots: number, slotBytes: number, blockBytes: number): number {
  return slots * 2 * (slotBytes + mostBatchBlocks + 2 * slackBytes) + workspaceBytes(blockBytes) + tableBytes;
}
