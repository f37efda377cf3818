import { capture, type Captured } from './capture.ts';
import type { ModelInputs } from '../../inference/inputs.ts';
import type { Layer } from '../layers/layers.ts';
import { sumBytes, Sums } from './sums.ts';

/** Values that are captured in one pass, and sums that are held at once, in bytes. */
const capturesAtOnce = 24;
const mostSumBytes = 128 * 2 ** 20;

/**
 * Sums the products of what layers are given, a few layers at a time, and writes a file for each. Of two models, the original
 * and a changed one, the inputs of the changed one count, and how they differ from those of the original is summed as well.
 */
export async function sumLayers<Known extends Layer>(
  request: ModelInputs,
  models: readonly [Captured] | readonly [Captured, Captured],
  layers: readonly Known[],
  pathOf: (layer: Known) => string,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  let done = 0;
  const isMoved = models.length > 1;
  for (const group of groupsOf(layers, isMoved)) {
    const sums = group.map((layer) => new Sums(layer, isMoved));
    const inputs = [...new Set(group.map(({ input }) => input))];
    await capture(request, models, inputs, ([first, second], runs) => {
      for (const each of sums) {
        const [original, changed] = [first?.(each.layer.input), second?.(each.layer.input)];
        if (original && (!isMoved || changed)) each.add(changed ?? original, runs, changed && original);
      }
    });
    for (const [place, layer] of group.entries()) await sums[place]?.write(pathOf(layer));
    onProgress((done += group.length), layers.length);
  }
}

function* groupsOf<Known extends Layer>(layers: readonly Known[], isMoved: boolean): Generator<readonly Known[]> {
  let [group, bytes]: [Known[], number] = [[], 0];
  for (const layer of layers) {
    const more = sumBytes(layer) * (isMoved ? 2 : 1);
    if (group.length > 0 && (group.length >= capturesAtOnce || bytes + more > mostSumBytes)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(layer);
    bytes += more;
  }
  if (group.length > 0) yield group;
}
