import type { MapTile } from '../../../contract/models.ts';

/** How much of a tile is done, from 0 to 1, when a share of the model is; models are worked through in the order of their bytes. */
export function tileProgress(share: number): (tile: MapTile) => number {
  return ({ from, to }) => {
    if (from === undefined || to === undefined) return share;
    if (to <= from) return share >= to ? 1 : 0;
    return Math.min(1, Math.max(0, (share - from) / (to - from)));
  };
}
