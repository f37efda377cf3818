import type sharp from 'sharp';
import { FeatherweightError } from '../../engine/errors.ts';

/** The image library, which is optional. Throws UNSUPPORTED where it is not installed. */
export async function loadSharp(): Promise<typeof sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new FeatherweightError(
      'UNSUPPORTED',
      'Images cannot be read here, because the optional package "sharp" is not installed; npm install sharp adds it.',
      { cause },
    );
  }
}
