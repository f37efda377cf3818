import type { ApproximationEstimate } from '../../../contract/approximations.ts';
import type { Estimate, MapTile } from '../../../contract/models.ts';

/** What is known of one tile: how much of it stays, from 0 to about 1, and what a weight of it takes. */
export interface TileFigures {
  readonly share: number;
  readonly bitsPerWeight: number;
}

/** How a tile is known among tensors; empty for a tile that stands for several. */
export function tileKey({ file, name }: Pick<MapTile, 'file' | 'name'>): string {
  return name === '' ? '' : `${file}\n${name}`;
}

/** Figures of an archive's tiles, from what is stored. */
export function storedFigures(bitsOf: (dtype: string) => number): (tile: MapTile) => TileFigures | undefined {
  return ({ bytes, bytesOut, dtype }) =>
    bytesOut === undefined ? undefined : toFigures(bytes === 0 ? 0 : bytesOut / bytes, bitsOf(dtype));
}

/**
 * Figures of a model's tiles with one preset. The sample tells each tensor's bits with one of the presets; the others move
 * all tensors alike, and tensors outside of the sample are taken for average.
 */
export function estimatedFigures(
  { bytes, presets, tensors }: Estimate,
  chosen: string,
  bitsOf: (dtype: string) => number,
): (tile: MapTile) => TileFigures {
  const sizeOf = (id: string) => presets.find(({ preset }) => preset === id)?.bytesOut;
  const whole = sizeOf(chosen) ?? bytes;
  const change = whole / (sizeOf('balanced') ?? whole);
  return sampledFigures(tensors, whole / Math.max(1, bytes), change, bitsOf);
}

/** Figures of the tiles of a model of `bytes` as a recipe makes it; tensors outside of the sample are taken for average. */
export function approximatedFigures(
  { bytesOut, tensors }: ApproximationEstimate,
  bytes: number,
  bitsOf: (dtype: string) => number,
): (tile: MapTile) => TileFigures {
  return sampledFigures(tensors, bytesOut / Math.max(1, bytes), 1, bitsOf);
}

/** Bits of sampled tensors, times `change`; of all others the share that stays on average. */
function sampledFigures(
  tensors: ApproximationEstimate['tensors'],
  average: number,
  change: number,
  bitsOf: (dtype: string) => number,
): (tile: MapTile) => TileFigures {
  const known = new Map(tensors.map((tensor) => [tileKey(tensor), tensor.bitsPerWeight]));
  return (tile) => {
    const bits = bitsOf(tile.dtype);
    const sampled = known.get(tileKey(tile));
    return toFigures(sampled === undefined ? average : (sampled / bits) * change, bits);
  };
}

function toFigures(share: number, bits: number): TileFigures {
  return { share, bitsPerWeight: share * bits };
}
