const rankName = /^__\d+_\d+\.distcp$/;
const partName = /^(.*)-(\d{5})-of-(\d{5})(\.\w+)$/;

/** A model that was cut into numbered files, `NAME-00001-of-00003.gguf` and so on. */
export interface Parts {
  readonly present: readonly string[];
  readonly missing: readonly string[];
}

/**
 * The numbered set that all of `names` belong to, or `undefined` if one of them is no part or they are parts of different
 * sets. GGUF files are cut like this without an index; those of PyTorch's distributed checkpoints do not say how many they are.
 */
export function partsOf(names: readonly string[]): Parts | undefined {
  if (names.length > 0 && names.every((name) => rankName.test(name))) return { present: names, missing: [] };
  const [, stem = '', , total = '', extension = ''] = partName.exec(names[0] ?? '') ?? [];
  const count = Number(total);
  const present = new Set(names);
  // A count far above what is there is no set: the missing names would only fill memory.
  if (count === 0 || count > 100 + 2 * names.length) return undefined;
  const wanted = Array.from(
    { length: count },
    (_, index) => `${stem}-${String(index + 1).padStart(5, '0')}-of-${total}${extension}`,
  );
  const missing = wanted.filter((name) => !present.has(name));
  if (wanted.length - missing.length !== present.size) return undefined;
  return { present: wanted.filter((name) => present.has(name)), missing };
}
