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
