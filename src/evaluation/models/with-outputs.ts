import { copyFile, link, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileSource } from '../../engine/io/file-source.ts';
import { addOutputs, edited, giveOnly, graphTensors, type Edit, type OnnxModel } from '../../engine/onnx/index.ts';

/** A copy of a model that gives these values as well, with the files of its weights beside it. */
export async function writeWithOutputs(
  source: FileSource,
  model: OnnxModel,
  names: readonly string[],
  path: string,
): Promise<void> {
  await writeEdited(source, model, addOutputs(model, names), path);
}

/** A copy of a model that gives these values, and where it can be computes nothing else; with the files of its weights beside it. */
export async function writeWithOnly(
  source: FileSource,
  model: OnnxModel,
  names: readonly string[],
  path: string,
): Promise<void> {
  await writeEdited(source, model, giveOnly(model, names) ?? addOutputs(model, names), path);
}

/** A copy of a model with these edits, with the files of its weights beside it. */
export async function writeEdited(
  source: FileSource,
  model: OnnxModel,
  edits: readonly Edit[],
  path: string,
): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for await (const chunk of edited(source, edits).chunks()) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
  const locations = new Set(
    model.graphs.flatMap(graphTensors).flatMap(({ data }) => (data.kind === 'external' ? [data.location] : [])),
  );
  for (const location of locations) {
    // Only files beside the model, as when it is opened anywhere else.
    if (basename(location) !== location) continue;
    const [from, to] = [join(dirname(source.name), location), join(dirname(path), location)];
    await link(from, to).catch((error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'EEXIST' ? undefined : copyFile(from, to),
    );
  }
}
