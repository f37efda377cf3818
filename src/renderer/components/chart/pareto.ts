interface Place {
  readonly x: number;
  readonly y: number;
}

/** Of each point, whether another one is as small and as near, and better in one of both. */
export function dominated(points: readonly Place[]): readonly boolean[] {
  return points.map(({ x, y }) => points.some((other) => other.x <= x && other.y <= y && (other.x < x || other.y < y)));
}
