/** Larger configurations are none. */
export const largestConfig = 10_000_000;

/**
 * A `config.json` that tells transformers and vLLM how the weights are stored: the `quantization_config` of the
 * compressed-tensors library, scales per output channel. `undefined` where the text is no configuration of a language model
 * or says already that it is quantized. `kept` are the layers that were not quantized.
 */
export function quantizedConfig(text: string, kind: 'fp8' | 'int8', kept: readonly string[]): string | undefined {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return undefined;
  if (!('architectures' in config) || 'quantization_config' in config) return undefined;
  const numbers = { num_bits: 8, type: kind === 'fp8' ? 'float' : 'int', symmetric: true };
  const quantization = {
    quant_method: 'compressed-tensors',
    format: kind === 'fp8' ? 'float-quantized' : 'int-quantized',
    quantization_status: 'compressed',
    config_groups: {
      group_0: {
        targets: ['Linear'],
        weights: { ...numbers, strategy: 'channel', dynamic: false },
        input_activations: { ...numbers, strategy: 'token', dynamic: true },
      },
    },
    ignore: kept,
  };
  return `${JSON.stringify({ ...config, quantization_config: quantization }, null, 2)}\n`;
}
