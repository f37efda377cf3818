import { z } from 'zod';
import type { MetadataValue } from './file.ts';

const positive = z.number().positive();
/** How a configuration stretches the rotations for longer texts: all alike, or slow ones more than fast ones. */
export const ropeScalingShape = z.preprocess(
  (given) =>
    isRecord(given) && 'type' in given && !('rope_type' in given) ? { ...given, rope_type: given['type'] } : given,
  z.discriminatedUnion('rope_type', [
    z.object({ rope_type: z.literal('default') }),
    z.object({ rope_type: z.literal('linear'), factor: positive }),
    z.object({
      rope_type: z.literal('llama3'),
      factor: positive,
      low_freq_factor: positive,
      high_freq_factor: positive,
      original_max_position_embeddings: positive,
    }),
  ]),
);
export type RopeScaling = z.infer<typeof ropeScalingShape>;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Metadata of a scaling; that of `llama3` is in a tensor instead. */
export function scalingMetadata(
  scaling: RopeScaling | null | undefined,
): readonly (readonly [string, MetadataValue])[] {
  if (scaling?.rope_type !== 'linear') return [];
  return [
    ['llama.rope.scaling.type', { string: 'linear' }],
    ['llama.rope.scaling.factor', { float: scaling.factor }],
  ];
}

/** By what each of `dimensions / 2` rotations of base `theta` is divided; `undefined` where they are as they are. */
export function rotationFactors(
  scaling: RopeScaling | null | undefined,
  theta: number,
  dimensions: number,
): Float32Array | undefined {
  if (scaling?.rope_type !== 'llama3') return undefined;
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: length } = scaling;
  return Float32Array.from({ length: dimensions / 2 }, (_, at) => {
    const turns = (length * theta ** ((-2 * at) / dimensions)) / (2 * Math.PI);
    if (turns > high) return 1;
    if (turns < low) return factor;
    const share = (turns - low) / (high - low);
    return 1 / ((1 - share) / factor + share);
  });
}
