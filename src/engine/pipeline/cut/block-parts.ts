import type { CodecNode } from '../../codecs/codec.ts';
import { nodeAt } from '../../codecs/node-at.ts';
import type { PlacedRun } from './blueprint.ts';
import { blockBytes } from '../job/resources.ts';

/** A block of a run: the whole of a block that is stored, a part of one that is referred to. */
export interface BlockPart {
  readonly run: PlacedRun;
  readonly node: CodecNode | undefined;
  readonly fileOffset: number;
  readonly length: number;
  /** Its number in the archive, its bytes, and the first of them that belongs to the run. */
  readonly block: number;
  /** First byte of the block in its stream. */
  readonly blockStart: number;
  readonly blockLength: number;
  readonly start: number;
}

/** The blocks of the run's stream that hold the run, in order. */
export function* blocksOf(run: PlacedRun, node: CodecNode | undefined): Generator<BlockPart> {
  for (let done = 0; done < run.length;) {
    const within = Math.floor((run.streamStart + done) / blockBytes);
    const start = (run.streamStart + done) % blockBytes;
    const blockLength = Math.min(blockBytes, run.streamLength - within * blockBytes);
    const length = Math.min(run.length - done, blockLength - start);
    const here = node && nodeAt(node, within * blockBytes);
    yield {
      run,
      node: here,
      fileOffset: run.offset + done,
      length,
      block: run.firstBlock + within,
      blockStart: within * blockBytes,
      blockLength,
      start,
    };
    done += length;
  }
}
