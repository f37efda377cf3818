/** Shares of a row's magnitudes that are looked at, besides its spread and its largest weight. */
const quantiles = [0.25, 0.5, 0.75, 0.9];
const rounds = 8;

/**
 * Parts rows into at most `count` groups of such as have weights of a like kind: by their spread, their largest weight and how many
 * of them are small. Tells the group of each row; groups are numbered without gaps.
 */
export function groupsOf(rows: readonly Float32Array[], count: number): Uint8Array {
  if (count <= 1) return new Uint8Array(rows.length);
  const features = rows.map(featuresOf);
  const order = [...rows.keys()].sort((one, other) => (features[one]?.[0] ?? 0) - (features[other]?.[0] ?? 0));
  const groups = new Uint8Array(rows.length);
  order.forEach((row, rank) => (groups[row] = Math.floor((rank * count) / rows.length)));
  for (let round = 0; round < rounds; round++) {
    const centres = Array.from({ length: count }, (_, group) =>
      centreOf(features.filter((_, row) => groups[row] === group)),
    );
    features.forEach((one, row) => {
      const away = centres.map((centre) => (centre ? distance(one, centre) : Infinity));
      groups[row] = away.indexOf(Math.min(...away));
    });
  }
  const numbers = new Map([...new Set(groups)].sort((one, other) => one - other).map((group, rank) => [group, rank]));
  return groups.map((group) => numbers.get(group) ?? 0);
}

function featuresOf(row: Float32Array): readonly number[] {
  const sizes = row.map(Math.abs).sort();
  const spread = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / Math.max(1, row.length)) || 1;
  const at = (share: number): number => (sizes[Math.floor(share * (sizes.length - 1))] ?? 0) / spread;
  return [Math.log(spread), Math.log(at(1) || 1), ...quantiles.map(at)];
}

function centreOf(members: readonly (readonly number[])[]): readonly number[] | undefined {
  return members[0]?.map((_, place) => members.reduce((sum, one) => sum + (one[place] ?? 0), 0) / members.length);
}

function distance(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, place) => sum + (value - (other[place] ?? 0)) ** 2, 0);
}
