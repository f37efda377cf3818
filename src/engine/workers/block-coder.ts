import { BlockDecoder } from './block-decoder.ts';
import { BlockEncoder } from './block-encoder.ts';
import { Sampler } from './sampler.ts';
import { ThreadMemory, type ThreadMemorySize } from './thread-memory.ts';

/** All that a coding thread can do, over one memory. */
export interface BlockCoder {
  readonly memory: ThreadMemory;
  readonly sampler: Sampler;
  readonly encoder: BlockEncoder;
  readonly decoder: BlockDecoder;
}

export function createBlockCoder(size: ThreadMemorySize): BlockCoder {
  const memory = new ThreadMemory(size);
  return {
    memory,
    sampler: new Sampler(memory),
    encoder: new BlockEncoder(memory),
    decoder: new BlockDecoder(memory),
  };
}
