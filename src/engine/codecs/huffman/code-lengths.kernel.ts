/** Longest code. Eleven bits keep the decoder's table of 64-bit entries in the first cache. */
export const longestCode = 11;

/**
 * The lengths of the best prefix code of at most {@link longestCode} bits for 256 counts, 0 for unused symbols. At least
 * two symbols must be used. Method: package-merge (Larmore and Hirschberg 1990).
 */
export function codeLengths(counts: Uint32Array): Uint8Array {
  const lengths = new Uint8Array(256);
  const symbols = sortedByCount(counts);
  const isPackage = packageLevels(symbols, counts);
  // Of the last level 2n - 2 items are bought; each package among them buys two of the level before.
  let bought = 2 * symbols.length - 2;
  for (let level = longestCode - 1; level >= 0 && bought > 0; level--) {
    const start = level * mostItems;
    let packages = 0;
    for (let item = start; item < start + bought; item++) packages += isPackage[item]!;
    for (let leaf = 0; leaf < bought - packages; leaf++) lengths[symbols[leaf]!]!++;
    bought = 2 * packages;
  }
  return lengths;
}

/** Items of a level: 256 leaves, and a package of every two of the level before. */
const mostItems = 512;
const keys = new Float64Array(256);
const flags = new Uint8Array(longestCode * mostItems);
const weights = [new Float64Array(mostItems / 2), new Float64Array(mostItems / 2)] as const;

function sortedByCount(counts: Uint32Array): Uint8Array {
  let used = 0;
  for (let symbol = 0; symbol < 256; symbol++) if (counts[symbol]! > 0) keys[used++] = counts[symbol]! * 256 + symbol;
  const symbols = new Uint8Array(used);
  keys.subarray(0, used).sort();
  for (let place = 0; place < used; place++) symbols[place] = keys[place]! % 256;
  return symbols;
}

/** For every level, {@link mostItems} apart, the merged list of leaves and packages by weight, as flags: 1 for a package. */
function packageLevels(leaves: Uint8Array, counts: Uint32Array): Uint8Array {
  let packages = 0;
  for (let level = 0; level < longestCode; level++) {
    const [now, next] = level % 2 === 0 ? weights : [weights[1], weights[0]];
    const size = leaves.length + packages;
    let leaf = 0;
    let pack = 0;
    let previous = 0;
    for (let item = 0; item < size; item++) {
      const leafWeight = leaf < leaves.length ? counts[leaves[leaf]!]! : Infinity;
      const takesPackage = pack < packages && now[pack]! < leafWeight;
      const weight = takesPackage ? now[pack++]! : leafWeight;
      if (!takesPackage) leaf++;
      flags[level * mostItems + item] = takesPackage ? 1 : 0;
      if (item % 2 === 1) next[item >> 1] = previous + weight;
      previous = weight;
    }
    packages = size >> 1;
  }
  return flags;
}
