import type { Picture } from '../figures.ts';
import { loadSharp } from './sharp.ts';

const widest = 320;

/** What is drawn black, and what white. */
export type Shades = readonly [black: number, white: number];

/** Whether numbers of this shape are a picture: [channels, height, width] or [height, width]. */
export function isPicture(shape: readonly number[]): boolean {
  const [width = 0, height = 0, channels = 1] = shape.toReversed();
  return shape.length >= 2 && shape.length <= 3 && (channels === 1 || channels === 3) && width >= 4 && height >= 4;
}

/** From the least of all numbers to the most. */
export function shadesOf(numbers: ArrayLike<number>): Shades {
  let least = Infinity;
  let most = -Infinity;
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at] ?? NaN;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** A small picture of numbers, stretched from their least to their most unless shades are given; nothing where they are none. */
export async function pngOf(
  numbers: ArrayLike<number>,
  shape: readonly number[],
  [black, white]: Shades = shadesOf(numbers),
): Promise<Picture | undefined> {
  if (!isPicture(shape)) return undefined;
  const [width = 0, height = 0, channels = 1] = shape.toReversed();
  const area = width * height;
  const pixels = new Uint8ClampedArray(area * channels);
  const scale = 255 / Math.max(white - black, Number.MIN_VALUE);
  for (let channel = 0; channel < channels; channel++)
    for (let at = 0; at < area; at++)
      pixels[at * channels + channel] = ((numbers[channel * area + at] ?? 0) - black) * scale;
  return encodePicture(pixels, { width, height, channels: channels === 3 ? 3 : 1 });
}

/** A small PNG of 8-bit pixels; nothing where the image library is not installed. */
export async function encodePicture(
  pixels: Uint8Array | Uint8ClampedArray,
  raw: { readonly width: number; readonly height: number; readonly channels: 1 | 3 },
): Promise<Picture | undefined> {
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
