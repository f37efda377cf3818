import type { Preview } from '../figures.ts';
import { loadSharp } from './sharp.ts';

const widest = 320;

/** A small picture of numbers shaped [channels, height, width] or [height, width], stretched from their least to their most. */
export async function pngOf(numbers: Float64Array, shape: readonly number[]): Promise<Preview | undefined> {
  const [width = 0, height = 0, channels = 1] = shape.toReversed();
  if (shape.length < 2 || shape.length > 3 || (channels !== 1 && channels !== 3) || width < 4 || height < 4)
    return undefined;
  const area = width * height;
  let least = Infinity;
  let most = -Infinity;
  for (const value of numbers) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const pixels = new Uint8Array(area * channels);
  for (let channel = 0; channel < channels; channel++)
    for (let at = 0; at < area; at++)
      pixels[at * channels + channel] =
        (((numbers[channel * area + at] ?? 0) - least) / Math.max(most - least, Number.MIN_VALUE)) * 255;
  return encodePicture(pixels, { width, height, channels });
}

/** A small PNG of 8-bit pixels; nothing where the image library is not installed. */
export async function encodePicture(
  pixels: Uint8Array,
  raw: { readonly width: number; readonly height: number; readonly channels: 1 | 3 },
): Promise<Preview | undefined> {
  try {
    const sharp = await loadSharp();
    const picture = sharp(pixels, { raw });
    const small =
      raw.width > widest || raw.height > widest ? picture.resize(widest, widest, { fit: 'inside' }) : picture;
    return { kind: 'image', mime: 'image/png', base64: (await small.png().toBuffer()).toString('base64') };
  } catch {
    // A report is worth more than its pictures.
    return undefined;
  }
}
