import { join } from 'node:path';
import type { ExportContext } from '../../engine/index.ts';
import type { SpawnEvaluation } from '../process/protocol.ts';
import { runOnnx } from './onnx.ts';

/** Has exports read by programs that others wrote. */
export function exportReader(spawnEvaluation: SpawnEvaluation | undefined): NonNullable<ExportContext['readExport']> {
  return async ({ kind, folder, main, original }, signal) => {
    if (kind === 'onnx')
      return spawnEvaluation === undefined
        ? { reader: 'onnxruntime', isLoaded: undefined, result: 'there is no runtime at hand' }
        : runOnnx(join(folder, main), original, spawnEvaluation, signal);
    return { reader: '', isLoaded: undefined, result: 'there is no reader for it at hand' };
  };
}
