import { copyFile, link, mkdir, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../../engine/errors.ts';
import { openInputs } from '../../engine/models/inputs.ts';
import { planResources } from '../../engine/pipeline/job/resources.ts';
import { encodeFloats, isFloat } from '../../engine/tensor/floats.ts';
import { numberWidth, toNumbers } from '../compare/tensor-error.ts';

const elementsAtOnce = 2 ** 18;

/**
 * Puts the weights of a checkpoint into a copy of another model's graph, so that they can be run: every float tensor of the
 * graph with two axes or more must have one of the same name and shape. Returns the path of the copy; throws USAGE naming the
 * first tensor that has none.
 */
export async function substituteWeights(graphPath: string, checkpoint: string, folder: string): Promise<string> {
  const { headerBytes } = planResources({});
  await using graph = await openInputs(graphPath, headerBytes);
  await using weights = await openInputs(checkpoint, headerBytes);
  const found = new Map(
    weights.files.flatMap(({ layout, source }) =>
      (layout?.tensors ?? []).map((tensor) => [tensor.name, { tensor, source }]),
    ),
  );
  await mkdir(folder, { recursive: true });
  let replaced = 0;
  for (const { name: file, source, layout } of graph.files) {
    const path = join(folder, basename(file));
    const tensors = (layout?.tensors ?? []).filter(({ dtype }) => isFloat(dtype));
    if (tensors.length === 0) {
      await link(source.name, path).catch(() => copyFile(source.name, path));
      continue;
    }
    await copyFile(source.name, path);
    const handle = await open(path, 'r+');
    try {
      for (const { name, shape, dtype, offset } of tensors) {
        const twin = found.get(name);
        if (twin === undefined && shape.length < 2) continue;
        if (twin === undefined || String(twin.tensor.shape) !== String(shape) || !isFloat(twin.tensor.dtype)) {
          // Tables that an exporter worked out beforehand have no name in a checkpoint.
          if (/Constant/i.test(name)) continue;
          throw new UsageError(
            `"${basename(checkpoint)}" has no float tensor "${name}" of the shape [${shape.join(', ')}], which the graph of "${basename(graphPath)}" needs; it cannot be run with these weights.`,
            { tensor: name },
          );
        }
        if (!isFloat(dtype)) continue;
        const width = numberWidth(twin.tensor.dtype) ?? 1;
        const own = numberWidth(dtype) ?? 1;
        const elements = twin.tensor.byteLength / width;
        for (let done = 0; done < elements; done += elementsAtOnce) {
          const bytes = new Uint8Array(Math.min(elementsAtOnce, elements - done) * width);
          await twin.source.read(twin.tensor.offset + done * width, bytes);
          const values = Float32Array.from(toNumbers(twin.tensor.dtype, bytes));
          await handle.write(encodeFloats(dtype, values), 0, values.length * own, offset + done * own);
        }
        replaced++;
      }
    } finally {
      await handle.close();
    }
  }
  if (replaced === 0)
    throw new UsageError(`"${basename(checkpoint)}" has no tensor of the graph of "${basename(graphPath)}".`);
  return join(folder, basename(graphPath));
}
