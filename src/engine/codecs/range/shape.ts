/** What the bytes are whose frequencies have a known shape. Part of the format: so they are numbered. */
export const kinds = ['signed', 'unsigned', 'e4m3'] as const;
export type Kind = (typeof kinds)[number];

/** Curves from the middle outwards: a bell, half of each, and a tent of two exponentials. */
export const curves = 3;

/** How frequent each byte is thought to be before the first. */
export interface Shape {
  readonly kind: Kind;
  readonly curve: number;
  /** {@link scaleOf} of it is the deviation. */
  readonly scale: number;
  /** The most frequent byte, of unsigned ones; else 0 is it. */
  readonly centre: number;
}

/** Falls by a factor of e in this many steps. */
const stepsPerFold = 16;
/** e^(−1/16), times 2^16. */
const fall = 61565;

/** 2^16 · e^(−i/16). */
const falling = ((): Uint32Array => {
  const values = new Uint32Array(16 * stepsPerFold).fill(65536);
  for (let at = 1; at < values.length; at++) values[at] = Math.floor(((values[at - 1] ?? 0) * fall) / 65536);
  return values;
})();

/** The number that a scale of 0 to 255 stands for, in sixteenths of a whole number, or in the least numbers of E4M3. */
export function scaleOf(scale: number): number {
  return (16 + (scale & 15)) * 2 ** (scale >> 4);
}

/** How far a byte's number is from the middle, as {@link scaleOf} counts, and how much of the line it stands for. */
function placeOf(byte: number, kind: Kind, centre: number): { readonly away: number; readonly width: number } {
  if (kind !== 'e4m3') return { away: 16 * Math.abs(kind === 'signed' ? (byte << 24) >> 24 : byte - centre), width: 1 };
  const [exponent, mantissa] = [(byte >> 3) & 15, byte & 7];
  return exponent === 0
    ? { away: mantissa, width: 1 }
    : { away: (8 + mantissa) * 2 ** (exponent - 1), width: 2 ** (exponent - 1) };
}

/** {@link placeOf} of all 256 bytes. */
interface Places {
  readonly aways: Float64Array;
  readonly widths: Float64Array;
}

/** Of each middle, found once: each short tensor asks several times. */
const knownPlaces = new Map<string, Places>();

function placesOf(kind: Kind, centre: number): Places {
  const key = `${kind} ${centre}`;
  const known = knownPlaces.get(key) ?? findPlaces(kind, centre);
  knownPlaces.set(key, known);
  return known;
}

function findPlaces(kind: Kind, centre: number): Places {
  const places = Array.from({ length: 256 }, (_, byte) => placeOf(byte, kind, centre));
  return {
    aways: Float64Array.from(places, ({ away }) => away),
    widths: Float64Array.from(places, ({ width }) => width),
  };
}

/** Shares of all 256 bytes, whole numbers from 1 on. */
function sharesOf({ curve, scale }: Shape, { aways, widths }: Places): Float64Array {
  const deviation = scaleOf(scale);
  const shares = new Float64Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const away = aways[byte] ?? 0;
    const bell = curve === 2 ? 0 : fallen((8 * away * away) / (deviation * deviation));
    const tent = curve === 0 ? 0 : fallen((23 * away) / deviation);
    const height = curve === 1 ? Math.floor((bell + tent) / 2) : bell + tent;
    shares[byte] = (widths[byte] ?? 0) * (height + 1);
  }
  return shares;
}

function fallen(steps: number): number {
  return falling[Math.min(Math.floor(steps), falling.length - 1)] ?? 0;
}

/** The probability, times 2^16, that the next bit is 1, by the bits before it with a 1 in front. */
export function probabilitiesOf(shape: Shape, flip: number): Float64Array {
  const sums = new Float64Array(512);
  sharesOf(shape, placesOf(shape.kind, shape.centre)).forEach((share, byte) => (sums[256 + (byte ^ flip)] = share));
  for (let node = 255; node > 0; node--) sums[node] = (sums[2 * node] ?? 0) + (sums[2 * node + 1] ?? 0);
  return Float64Array.from({ length: 256 }, (_, node) =>
    node === 0 ? 32768 : Math.floor(((sums[2 * node + 1] ?? 0) * 65536) / (sums[node] ?? 1)),
  );
}

/** How far from the deviation of the bytes scales are tried, in sixteenths of its binary logarithm, and how finely. */
const widest = 12;
const finest = 3;

/** The shape by which `bytes` take least. */
export function shapeOf(bytes: Uint8Array, kind: Kind): Shape {
  const counts = new Uint32Array(256);
  let sum = 0;
  for (const byte of bytes) {
    counts[byte] = (counts[byte] ?? 0) + 1;
    sum += byte;
  }
  const centre = kind === 'unsigned' ? Math.round(sum / Math.max(1, bytes.length)) : 0;
  const places = placesOf(kind, centre);
  let squares = 0;
  counts.forEach((count, byte) => (squares += count * (places.aways[byte] ?? 0) ** 2));
  const deviation = Math.log2(Math.max(16, Math.sqrt(squares / Math.max(1, bytes.length))) / 16);
  const middle = 16 * Math.floor(deviation) + Math.floor(16 * (2 ** (deviation % 1) - 1));
  let best: Shape = { kind, curve: 0, scale: Math.min(255, middle), centre };
  let fewest = Infinity;
  for (let curve = 0; curve < curves; curve++)
    for (let away = -widest; away <= widest; away += finest) {
      const shape = { kind, curve, scale: Math.min(255, Math.max(0, middle + away)), centre };
      const bits = bitsBy(sharesOf(shape, places), counts);
      if (bits < fewest) [best, fewest] = [shape, bits];
    }
  return best;
}

/** What symbols take that are as frequent as `shares` say. */
function bitsBy(shares: Float64Array, counts: Uint32Array): number {
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) sum += shares[byte] ?? 0;
  const logarithm = Math.log2(sum);
  let bits = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte] ?? 0;
    if (count > 0) bits += count * (logarithm - Math.log2(shares[byte] ?? 1));
  }
  return bits;
}
