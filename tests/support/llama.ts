import { weights } from './onnx-models.ts';
import { headerText, safetensorsFile } from './safetensors.ts';

/** A configuration of a small Llama. */
export const config = {
  ...{ model_type: 'llama', vocab_size: 40, hidden_size: 256, intermediate_size: 96, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 64, rms_norm_eps: 1e-5 },
};
const layer = (number: number): readonly (readonly [string, readonly number[]])[] =>
  (
    [
      ['input_layernorm', [256]],
      ['post_attention_layernorm', [256]],
      ['self_attn.q_proj', [256, 256]],
      ['self_attn.k_proj', [128, 256]],
      ['self_attn.v_proj', [128, 256]],
      ['self_attn.o_proj', [256, 256]],
      ['mlp.gate_proj', [96, 256]],
      ['mlp.up_proj', [96, 256]],
      ['mlp.down_proj', [256, 96]],
    ] as const
  ).map(([name, shape]) => [`model.layers.${number}.${name}.weight`, shape]);
/** Its tensors. */
export const shapes = [
  ['model.embed_tokens.weight', [40, 256]] as const,
  ...layer(0),
  ...layer(1),
  ['model.norm.weight', [256]] as const,
  ['lm_head.weight', [40, 256]] as const,
];

/** Its file, or a shard of it with the tensors that `isIn` tells, and the values in it by name. */
export function llama(isIn: (name: string) => boolean = () => true): {
  readonly file: Uint8Array;
  readonly values: ReadonlyMap<string, Float32Array>;
} {
  const values = new Map<string, Float32Array>();
  let end = 0;
  const tensors = shapes.flatMap(([name, shape], seed) => {
    if (!isIn(name)) return [];
    const own = weights(
      shape.reduce((product, extent) => product * extent, 1),
      seed + 1,
      0.1,
    );
    values.set(name, own);
    return { name, dtype: 'F32', shape, begin: end, end: (end += own.byteLength) };
  });
  const data = new Uint8Array(end);
  for (const { name, begin } of tensors)
    data.set(new Uint8Array(values.get(name)?.buffer ?? new ArrayBuffer(0)), begin);
  return { file: safetensorsFile(headerText(tensors), data), values };
}
