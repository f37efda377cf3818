import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UsageError, MalformedFileError } from '../../engine/errors.ts';
import { taskPath } from '../task/path.ts';
import type { InputSpec, ModelType, ValueSpec } from '../task/schema.ts';
import { normalise } from './normalise.ts';
import { encodePicture } from './picture.ts';
import { loadSharp } from './sharp.ts';
import type { ItemSource } from './source.ts';
import { elementsOf, zeros, type Elements } from './tensor.ts';

const imageName = /\.(png|jpe?g|webp|gif|tiff?|bmp|avif)$/i;
const mostImages = 100_000;
const mostPixels = 268_402_689;

/** The images below a folder, by name. */
export async function openImages(
  spec: Extract<InputSpec, { from: 'images' }>,
  dataFolder: string,
): Promise<ItemSource> {
  const { width, height, channels, fit, layout, order, values, type } = spec;
  const folder = taskPath(dataFolder, spec.folder);
  const names = (await readdir(folder, { recursive: true })).filter((name) => imageName.test(name)).sort();
  if (names.length === 0) throw new UsageError(`There are no images in "${folder}".`, { path: folder });
  if (names.length > mostImages)
    throw new UsageError(`"${folder}" holds ${names.length} images; at most ${mostImages} are evaluated.`);
  const sharp = await loadSharp();
  const places = { isApart: layout === 'channels-first', isReversed: order === 'bgr' };
  const elementsFrom = levelsOf(type, values, channels, places);
  return {
    count: names.length,
    itemBytes: width * height * channels,
    async item(place) {
      const name = names[place] ?? '';
      const path = join(folder, name);
      const pixels = await sharp(path, { limitInputPixels: mostPixels })
        .autoOrient()
        .resize(width, height, { fit, background: '#000' })
        .removeAlpha()
        .toColourspace(channels === 1 ? 'b-w' : 'srgb')
        .raw()
        .toBuffer()
        .catch((error: unknown) => {
          throw new MalformedFileError(
            `The image "${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
            { file: path },
          );
        });
      const shape = layout === 'channels-first' ? [1, channels, height, width] : [1, height, width, channels];
      const parts = relative(folder, path).split(sep);
      return {
        name: parts.join('/'),
        frames: 1,
        frame: () => ({ type, shape, data: elementsFrom(pixels) }),
        preview: () => encodePicture(pixels, { width, height, channels }),
        ...(parts.length > 1 && { folder: parts.slice(0, -1).join('/') }),
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What turns 8-bit pixels, interleaved, into elements: a table for each channel, since there are only 256 values. */
function levelsOf(
  type: ModelType,
  values: ValueSpec | undefined,
  channels: number,
  { isApart, isReversed }: { readonly isApart: boolean; readonly isReversed: boolean },
): (pixels: Uint8Array) => Elements {
  const all = Float64Array.from({ length: 256 * channels }, (_, at) => at % 256);
  const levels = elementsOf(type, normalise(all, values, channels, false));
  return (pixels) => {
    const area = pixels.length / channels;
    const elements = zeros(type, pixels.length);
    for (let channel = 0; channel < channels; channel++) {
      const from = isReversed ? channels - 1 - channel : channel;
      const table = levels.subarray(channel * 256, (channel + 1) * 256);
      const [start, step] = isApart ? [channel * area, 1] : [channel, channels];
      for (let at = 0; at < area; at++) elements[start + at * step] = table[pixels[at * channels + from] ?? 0] ?? 0;
    }
    return elements;
  };
}
