/**
 * How the elements of a tensor share scales. The tensor is seen as `before` × `along` × `after`; each scale belongs to a run
 * of `run` steps along the middle axis, at one place of the others if `isBlocked`, else at all of them.
 */
export interface Grouping {
  readonly before: number;
  readonly along: number;
  readonly after: number;
  readonly run: number;
  readonly isBlocked: boolean;
}

const product = (extents: readonly number[]): number => extents.reduce((all, extent) => all * extent, 1);

/** One scale for each entry of `axis`. */
export function perChannel(shape: readonly number[], axis: number): Grouping {
  const [before, after] = [product(shape.slice(0, axis)), product(shape.slice(axis + 1))];
  return { before, along: shape[axis] ?? 1, after, run: 1, isBlocked: false };
}

/** One scale for each `run` neighbours along `axis`. */
export function inBlocks(shape: readonly number[], axis: number, run: number): Grouping {
  return { ...perChannel(shape, axis), run, isBlocked: true };
}

/** How many scales there are. */
export function scaleCount({ before, along, after, run, isBlocked }: Grouping): number {
  return isBlocked ? before * Math.ceil(along / run) * after : along;
}

/** Sets `channels` to the channel of each element from `start` on, where scales belong to channels. */
export function tellChannels({ along, after }: Grouping, start: number, channels: Uint32Array): void {
  let channel = Math.floor(start / after) % along;
  let left = after - (start % after);
  for (let index = 0; index < channels.length; index++) {
    channels[index] = channel;
    if (--left > 0) continue;
    left = after;
    if (++channel === along) channel = 0;
  }
}

/** The group of each element of slabs, counted from the first: a slab has `columns` groups and so many rows. */
export function tellGroups(columns: number, rows: readonly number[], count: number): Uint32Array {
  const groups = new Uint32Array(count);
  let [at, first] = [0, 0];
  for (const height of rows) {
    if (columns === 1) groups.fill(first, at, at + height);
    else
      for (let row = at; row < at + height * columns; row += columns)
        for (let column = 0; column < columns; column++) groups[row + column] = first + column;
    at += height * columns;
    first += columns;
  }
  return groups;
}
