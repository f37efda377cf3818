import { z } from 'zod';
import type { MetadataValue } from './file.ts';
import { ropeScalingShape, scalingMetadata } from './rotation.ts';

const whole = z
  .int()
  .min(1)
  .max(2 ** 31);
/** What is read of a `config.json` of the Llama family. */
const configShape = z.object({
  model_type: z.enum(['llama', 'mistral']),
  vocab_size: whole,
  hidden_size: whole,
  intermediate_size: whole,
  num_hidden_layers: whole,
  num_attention_heads: whole,
  num_key_value_heads: whole.optional(),
  head_dim: whole.nullish(),
  max_position_embeddings: whole,
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeScalingShape.nullish(),
  bos_token_id: z.int().min(0).nullish(),
  eos_token_id: z.int().min(0).optional().or(z.unknown()),
});
export type LlamaConfig = z.infer<typeof configShape>;

/** Reads a configuration; a text says why it is none that can be exported. */
export function readConfig(json: string | undefined): LlamaConfig | string {
  if (json === undefined) return 'it has no config.json beside it, which says how the network is built';
  try {
    const { data, error } = configShape.safeParse(JSON.parse(json));
    return (
      data ??
      `its config.json is no plain Llama or Mistral: ${error.issues[0]?.path.join('.') ?? ''} ${error.issues[0]?.message ?? ''}`
    );
  } catch {
    return 'its config.json is no JSON';
  }
}

/** Metadata of the network itself. `fileType` is what llama.cpp calls the mixture of types. */
export function networkMetadata(config: LlamaConfig, name: string, fileType: number): Map<string, MetadataValue> {
  const heads = config.num_attention_heads;
  const uint = (value: number): MetadataValue => ({ uint: value });
  return new Map<string, MetadataValue>([
    ['general.architecture', { string: 'llama' }],
    ['general.name', { string: name }],
    ['general.file_type', uint(fileType)],
    ['general.quantization_version', uint(2)],
    ['llama.vocab_size', uint(config.vocab_size)],
    ['llama.context_length', uint(config.max_position_embeddings)],
    ['llama.embedding_length', uint(config.hidden_size)],
    ['llama.block_count', uint(config.num_hidden_layers)],
    ['llama.feed_forward_length', uint(config.intermediate_size)],
    ['llama.attention.head_count', uint(heads)],
    ['llama.attention.head_count_kv', uint(config.num_key_value_heads ?? heads)],
    ['llama.attention.layer_norm_rms_epsilon', { float: config.rms_norm_eps }],
    ['llama.rope.freq_base', { float: thetaOf(config) }],
    ['llama.rope.dimension_count', uint(headSize(config))],
    ...scalingMetadata(config.rope_scaling),
  ]);
}

/** The base of the rotations. */
export function thetaOf({ rope_theta = 10_000 }: LlamaConfig): number {
  return rope_theta;
}

/** Elements of one head. */
export function headSize({ head_dim, hidden_size, num_attention_heads }: LlamaConfig): number {
  return head_dim ?? hidden_size / num_attention_heads;
}
