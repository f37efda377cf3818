import { expect, test } from 'vitest';
import { tableReason } from '../../../src/engine/pipeline/approximate/tables.ts';
import { measurePiece } from '../../../src/engine/quantizers/statistics.ts';
import { bell } from '../../support/numbers.ts';

const geometry = { rows: 64, columns: 64, channels: 'rows' } as const;
const learned = measurePiece(bell(64 * 64), { start: 0, columns: 64, total: 64 * 64 }, {});

test.each([
  'mask_decoder.transformer.layers.0.self_attn.q_proj.weight',
  'roi_heads.mask_head.mask_fcn1.weight',
  'layers.3.causal_self_attention.c_attn.weight',
  'rotary_attention.in_proj_weight',
  'mask_head/conv/kernel:0',
])('what a layer learned is no table, whatever the layer is called: %s', (name) => {
  expect(tableReason([name], geometry, learned)).toBeUndefined();
});

test.each([
  'attention.causal_mask',
  'layers.0.attn.attn_mask',
  '/encoder/causal_mask/Constant_output_0',
  'rotary_emb.inv_freq',
  'stft.forward_basis_buffer',
  'spectrogram_extractor.stft.conv_real.weight',
  'backbone.window',
])('a table is known by its name: %s', (name) => {
  expect(tableReason([name], geometry, learned)).toContain('name');
});
