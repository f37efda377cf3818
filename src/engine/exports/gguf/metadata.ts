import { z } from 'zod';
import type { MetadataValue } from './file.ts';

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
  rope_scaling: z.null().optional(),
  bos_token_id: z.int().min(0).nullish(),
  eos_token_id: z.int().min(0).optional().or(z.unknown()),
});
export type LlamaConfig = z.infer<typeof configShape>;

/** Reads a configuration; a text says why it is none that can be exported. */
export function readConfig(json: string): LlamaConfig | string {
  try {
    const { data, error } = configShape.safeParse(JSON.parse(json));
    return (
      data ??
      `its config.json is no plain Llama or Mistral: ${error.issues[0]?.path.join('.') ?? ''} ${error.issues[0]?.message ?? ''}`
    );
  } catch {
    return 'its config.json cannot be read';
  }
}

const tokenizerShape = z.object({
  added_tokens: z
    .array(z.object({ id: z.int().min(0).max(10_000_000), content: z.string(), special: z.boolean() }))
    .optional(),
  model: z.object({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), z.int().min(0).max(10_000_000)),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    byte_fallback: z.boolean().optional(),
  }),
});

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
    ['llama.rope.freq_base', { float: config.rope_theta ?? 10_000 }],
    ['llama.rope.dimension_count', uint(config.head_dim ?? config.hidden_size / heads)],
  ]);
}

/**
 * Metadata of a byte-level BPE tokenizer of the tokenizers library; `undefined` for other kinds, whose scores are not in
 * that file.
 */
export function tokenizerMetadata(
  json: string,
  { vocab_size, bos_token_id, eos_token_id }: LlamaConfig,
): Map<string, MetadataValue> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  const { data } = tokenizerShape.safeParse(parsed);
  if (data === undefined || data.model.byte_fallback === true) return undefined;
  const tokens = Array.from({ length: vocab_size }, (_, id) => `[PAD${id}]`);
  const types = tokens.map(() => 5);
  const put = (content: string, id: number, type: number): void => {
    if (id < vocab_size) [tokens[id], types[id]] = [content, type];
  };
  for (const [content, id] of Object.entries(data.model.vocab)) put(content, id, 1);
  for (const { content, id, special } of data.added_tokens ?? []) put(content, id, special ? 3 : 4);
  const merges = data.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  const ids: [string, MetadataValue][] = [];
  if (typeof bos_token_id === 'number') ids.push(['tokenizer.ggml.bos_token_id', { uint: bos_token_id }]);
  if (typeof eos_token_id === 'number') ids.push(['tokenizer.ggml.eos_token_id', { uint: eos_token_id }]);
  return new Map<string, MetadataValue>([
    ['tokenizer.ggml.model', { string: 'gpt2' }],
    ['tokenizer.ggml.pre', { string: 'default' }],
    ['tokenizer.ggml.tokens', { strings: tokens }],
    ['tokenizer.ggml.token_type', { ints: types }],
    ['tokenizer.ggml.merges', { strings: merges }],
    ...ids,
  ]);
}
