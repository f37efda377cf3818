import type { IndexBuilder } from '../../archive/index-builder.ts';
import type { PlacedRun } from './blueprint.ts';
import type { InputFile } from '../../models/inputs.ts';

/** Opens a file in the index, with its tensors, streams and segments; blocks and digests follow. */
export function declareFile(
  builder: IndexBuilder,
  { name, source, layout }: InputFile,
  runs: readonly PlacedRun[],
): void {
  builder.addFile({
    name,
    format: layout?.format ?? 'bytes',
    bytes: source.size,
    metadata: layout?.metadata ?? {},
    tensors: layout?.tensors ?? [],
  });
  for (const run of runs) {
    if (!run.isReference) builder.addStream(run.length, run.stream.width);
    builder.addSegment(run.streamNumber, run.streamStart, run.length);
  }
}
