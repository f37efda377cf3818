import type { CodecNode, Stream } from '../codecs/codec.ts';
import { readFully } from '../io/descriptor.ts';
import { excerptBytes } from '../planner/matches.ts';
import { sampleUnit } from '../planner/sample.ts';
import { mostBatchBlocks } from './coder-size.ts';
import { partPlanner, planSample, trialsIn } from './plan-block.ts';
import type { FileRange, TaskOf } from './protocol.ts';
import { lookAtSample, type SampleLook } from './sample-look.ts';
import { tryOnSample, type TrialResult } from './sample-trial.ts';
import type { ThreadMemory } from './thread-memory.ts';

/** Learns from samples of a stream what its whole would come to. */
export class Sampler {
  readonly #memory: ThreadMemory;

  constructor(memory: ThreadMemory) {
    this.#memory = memory;
  }

  /** Chooses the codecs of a stream from samples read at `ranges`. */
  plan({ ranges, references, stream, streamLength, preset }: TaskOf<'plan'>): CodecNode {
    const memory = this.#memory;
    return memory.scratch(() => {
      const { width, dtype } = stream;
      const sample = { bytes: memory.gather(ranges), width, reference: references && memory.gather(references) };
      const excerpt = (): Stream => {
        const length = Math.min(preset === 'smallest' ? memory.blockBytes : excerptBytes, streamLength);
        return { bytes: this.#readExcerpt(ranges, sampleUnit(dtype), streamLength, length), width };
      };
      return planSample(sample, excerpt, stream, streamLength, trialsIn(memory, preset));
    });
  }

  /** Codes and counts what is read at `ranges`, at most a block of it. */
  look({ ranges, stream: { width, dtype }, preset }: TaskOf<'look'>): SampleLook {
    const memory = this.#memory;
    return memory.scratch(() => lookAtSample({ bytes: memory.gather(ranges), width }, dtype, preset, memory.workspace));
  }

  /** Approximates what is read at `ranges`, at most a block of it. */
  try({ ranges, preset, ...trial }: TaskOf<'try'>): TrialResult {
    const memory = this.#memory;
    return memory.scratch(() => {
      const bytes = memory.gather(ranges);
      const output = memory.workspace.allocate(bytes.length + mostBatchBlocks);
      return tryOnSample(bytes, trial, output, memory.workspace, partPlanner(memory, preset));
    });
  }

  /** A piece from the middle of a stream that begins where the first of its `ranges` does. */
  #readExcerpt([first]: readonly FileRange[], unit: number, streamLength: number, length: number): Uint8Array {
    const bytes = this.#memory.workspace.allocate(length);
    const start = Math.floor((streamLength - bytes.length) / 2 / unit) * unit;
    if (first) readFully(first.descriptor, bytes, first.offset + start);
    const whole = bytes.length - (bytes.length % unit);
    return bytes.subarray(0, whole === 0 ? bytes.length : whole);
  }
}
