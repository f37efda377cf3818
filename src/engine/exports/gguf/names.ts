const layers: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};
const others: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
};

/** The name that llama.cpp has for a tensor of the Llama family; `undefined` for tensors that it does not know. */
export function ggufName(name: string): string | undefined {
  const [, layer, part, kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  if (layer !== undefined && part !== undefined && kind !== undefined) {
    const known = Object.hasOwn(layers, part) ? layers[part] : undefined;
    return known === undefined ? undefined : `blk.${layer}.${known}.${kind}`;
  }
  const [, stem = '', suffix = ''] = /^(.+)\.(weight|bias)$/.exec(name) ?? [];
  return Object.hasOwn(others, stem) ? `${others[stem] ?? ''}.${suffix}` : undefined;
}
