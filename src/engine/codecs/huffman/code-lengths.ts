/** Longest code. Eleven bits keep the decoder's table of 64-bit entries in the first cache. */
export const longestCode = 11;

/**
 * The lengths of the best prefix code of at most {@link longestCode} bits for 256 counts, 0 for unused symbols. At least
 * two symbols must be used. Method: package-merge (Larmore and Hirschberg 1990).
 */
export function codeLengths(counts: Uint32Array): Uint8Array {
  const lengths = new Uint8Array(256);
  const symbols = sortedByCount(counts);
  const leaves = symbols.map((symbol) => counts[symbol] ?? 0);
  const isPackage = packageLevels(leaves);
  // Of the last level 2n - 2 items are bought; each package among them buys two of the level before.
  let bought = 2 * symbols.length - 2;
  for (let level = isPackage.length - 1; level >= 0 && bought > 0; level--) {
    let packages = 0;
    const flags = isPackage[level] ?? [];
    for (let item = 0; item < bought; item++) packages += flags[item] ?? 0;
    for (let leaf = 0; leaf < bought - packages; leaf++) {
      const symbol = symbols[leaf] ?? 0;
      lengths[symbol] = (lengths[symbol] ?? 0) + 1;
    }
    bought = 2 * packages;
  }
  return lengths;
}

function sortedByCount(counts: Uint32Array): readonly number[] {
  const keys = new Float64Array(256);
  let used = 0;
  for (let symbol = 0; symbol < 256; symbol++) {
    const count = counts[symbol] ?? 0;
    if (count > 0) keys[used++] = count * 256 + symbol;
  }
  return Array.from(keys.subarray(0, used).sort(), (key) => key % 256);
}

/** For every level the merged list of leaves and packages by weight, as flags: 1 for a package. */
function packageLevels(leaves: readonly number[]): readonly Uint8Array[] {
  const levels: Uint8Array[] = [];
  let packages: number[] = [];
  for (let level = 0; level < longestCode; level++) {
    const size = leaves.length + packages.length;
    const flags = new Uint8Array(size);
    const next: number[] = [];
    let leaf = 0;
    let pack = 0;
    let previous = 0;
    for (let item = 0; item < size; item++) {
      const leafWeight = leaves[leaf] ?? Infinity;
      const packWeight = packages[pack] ?? Infinity;
      const takesPackage = packWeight < leafWeight;
      const weight = takesPackage ? packWeight : leafWeight;
      if (takesPackage) {
        flags[item] = 1;
        pack++;
      } else leaf++;
      if (item % 2 === 1) next.push(previous + weight);
      previous = weight;
    }
    levels.push(flags);
    packages = next;
  }
  return levels;
}
