import type * as Onnx from 'onnxruntime-node';
import { FeatherweightError } from '../../engine/errors.ts';

/**
 * The ONNX runtime, which is optional and large, so it is loaded when it is first used. Throws UNSUPPORTED without it. Since 1.30 it
 * keeps an identifier of the machine and sends what it does to its maker, unless told before it begins; it is told.
 */
export async function loadRuntime(): Promise<typeof Onnx> {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new FeatherweightError(
      'UNSUPPORTED',
      'Models cannot be run here, because the optional package "onnxruntime-node" is not installed or not made for this system; npm install onnxruntime-node adds it. The weights are compared all the same.',
      { cause },
    );
  }
}
