/** Rounds of rotations at most, and the share of the energy that counts as nothing. */
const mostSweeps = 12;
const nothing = 1e-12;

/**
 * Directions at right angles to one another, one behind another, of which the first have most of the energy of a tensor with
 * this sketch: as many as give `energy` of it, at most `rank`. Randomized singular value decomposition in one pass.
 */
export function leadingDirections(sketch: Float64Array, columns: number, energy: number, rank: number): Float64Array {
  const largest = sketch.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  if (largest === 0) return new Float64Array();
  const size = sketch.length / columns;
  const scaled = sketch.map((entry) => entry / largest);
  const { values, vectors } = eigen(gramOf(scaled, columns), size);
  const order = Array.from(values.keys()).sort(
    (one, other) => (values[other] ?? 0) - (values[one] ?? 0) || one - other,
  );
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const chosen: number[] = [];
  let reached = 0;
  for (const place of order) {
    const value = values[place] ?? 0;
    if (chosen.length >= rank || reached >= energy * total || value <= nothing * total) break;
    chosen.push(place);
    reached += value;
  }
  const directions = new Float64Array(chosen.length * columns);
  chosen.forEach((place, number) => {
    const direction = directions.subarray(number * columns, (number + 1) * columns);
    for (let row = 0; row < size; row++) {
      const share = vectors[row * size + place] ?? 0;
      for (let column = 0; column < columns; column++)
        direction[column] = (direction[column] ?? 0) + share * (scaled[row * columns + column] ?? 0);
    }
    const length = Math.sqrt(direction.reduce((sum, entry) => sum + entry * entry, 0));
    direction.forEach((entry, column) => (direction[column] = entry / length));
  });
  return directions;
}

/** The products of all rows of a sketch with one another. */
function gramOf(sketch: Float64Array, columns: number): Float64Array {
  const size = sketch.length / columns;
  const gram = new Float64Array(size * size);
  for (let one = 0; one < size; one++)
    for (let other = one; other < size; other++) {
      let sum = 0;
      for (let column = 0; column < columns; column++)
        sum += (sketch[one * columns + column] ?? 0) * (sketch[other * columns + column] ?? 0);
      gram[one * size + other] = gram[other * size + one] = sum;
    }
  return gram;
}

/** Eigenvalues of a symmetric matrix, and its eigenvectors as columns: Jacobi's rotations. Changes `matrix`. */
function eigen(matrix: Float64Array, size: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const vectors = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  const rotate = (of: Float64Array, one: number, other: number, stride: number, cosine: number, sine: number): void => {
    for (let at = 0; at < size; at++) {
      const [low, high] = [one + at * stride, other + at * stride];
      const [first, second] = [of[low] ?? 0, of[high] ?? 0];
      of[low] = cosine * first - sine * second;
      of[high] = sine * first + cosine * second;
    }
  };
  const little = nothing * matrix.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  let isDone = false;
  for (let sweep = 0; sweep < mostSweeps && !isDone; sweep++) {
    isDone = true;
    for (let one = 0; one < size; one++)
      for (let other = one + 1; other < size; other++) {
        const between = matrix[one * size + other] ?? 0;
        if (Math.abs(between) <= little) continue;
        isDone = false;
        const half = ((matrix[other * size + other] ?? 0) - (matrix[one * size + one] ?? 0)) / (2 * between);
        const tangent = Math.sign(half || 1) / (Math.abs(half) + Math.sqrt(half * half + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        rotate(matrix, one, other, size, cosine, tangent * cosine);
        rotate(matrix, one * size, other * size, 1, cosine, tangent * cosine);
        rotate(vectors, one, other, size, cosine, tangent * cosine);
      }
  }
  return { values: Float64Array.from({ length: size }, (_, at) => matrix[at * (size + 1)] ?? 0), vectors };
}
