import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportContext } from '../../engine/index.ts';
import type { SpawnEvaluation } from '../process/protocol.ts';

/** Has exports read by programs that others wrote. */
export function exportReader(spawnEvaluation: SpawnEvaluation | undefined): NonNullable<ExportContext['readExport']> {
  return async ({ kind, folder, names, main, original }, signal) => {
    if (kind !== 'onnx' && !names.some((name) => name.endsWith(`.${kind}`)))
      return { reader: '', isLoaded: undefined, result: `no file ends with .${kind}` };
    if (kind !== 'onnx') {
      const { readGguf, readSafetensors } = await import('./libraries.ts');
      return kind === 'gguf' ? readGguf(folder, names) : readSafetensors(folder, names);
    }
    if (spawnEvaluation === undefined)
      return { reader: 'onnxruntime', isLoaded: undefined, result: 'there is no runtime at hand' };
    const { runOnnx } = await import('./onnx.ts');
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return runOnnx({ path: join(folder, main), original, bytes }, spawnEvaluation, signal);
  };
}
