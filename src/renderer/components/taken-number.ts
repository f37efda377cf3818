interface Bounds {
  /** As it is saved. */
  readonly value: number | undefined;
  readonly min: number;
  readonly max: number;
  readonly isOptional: boolean;
}

/** The number that is meant by what was written: the nearest allowed one; as it was, or none, where it is no number. */
export function takenNumber(written: number | string, { value, min, max, isOptional }: Bounds): number | undefined {
  // What has more digits than a number holds comes as text.
  const number = typeof written === 'string' && written.trim() === '' ? NaN : Number(written);
  if (Number.isNaN(number)) return isOptional ? undefined : value;
  return Math.min(max, Math.max(min, number));
}
