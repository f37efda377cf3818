/** A number of vectors of one length, one behind another. */
export interface Vectors {
  readonly numbers: Float32Array;
  readonly length: number;
}

const rounds = 12;

/** At most `size` vectors of which replacing each of `vectors` by the nearest loses little: Lloyd's rounds from a spread start. */
export function learnVectors({ numbers, length }: Vectors, size: number): Float32Array {
  const count = Math.floor(numbers.length / length);
  if (count === 0) return new Float32Array(length);
  // By the sum of their numbers, so that the start reaches from one end of them to the other.
  const sums = Float64Array.from({ length: count }, (_, at) =>
    numbers.subarray(at * length, (at + 1) * length).reduce((sum, number) => sum + number, 0),
  );
  const order = Uint32Array.from(sums.keys()).sort((one, other) => (sums[one] ?? 0) - (sums[other] ?? 0));
  const chosen = Math.min(size, count);
  const book = new Float32Array(chosen * length);
  for (let entry = 0; entry < chosen; entry++) {
    const from = (order[Math.floor(((entry + 0.5) * count) / chosen)] ?? 0) * length;
    book.set(numbers.subarray(from, from + length), entry * length);
  }
  for (let round = 0; round < rounds; round++) {
    const means = new Float64Array(book.length);
    const members = new Uint32Array(chosen);
    for (let at = 0; at < count; at++) {
      const entry = nearestVector(numbers, at * length, 1, length, length, book);
      members[entry] = (members[entry] ?? 0) + 1;
      for (let place = 0; place < length; place++)
        means[entry * length + place] = (means[entry * length + place] ?? 0) + (numbers[at * length + place] ?? 0);
    }
    for (let place = 0; place < book.length; place++) {
      const of = members[Math.floor(place / length)] ?? 0;
      if (of > 0) book[place] = (means[place] ?? 0) / of;
    }
  }
  return book;
}

/**
 * The entry of `book` that is nearest to the `used` numbers from `start`, each × `factor`; of a shorter vector only its first
 * numbers count.
 */
export function nearestVector(
  numbers: Float32Array,
  start: number,
  factor: number,
  used: number,
  length: number,
  book: Float32Array,
): number {
  let [best, least] = [0, Infinity];
  for (let entry = 0, from = 0; from < book.length; entry++, from += length) {
    let distance = 0;
    for (let place = 0; place < used && distance < least; place++) {
      const difference = (numbers[start + place] ?? 0) * factor - (book[from + place] ?? 0);
      distance += difference * difference;
    }
    if (distance < least) [best, least] = [entry, distance];
  }
  return best;
}
