import { below, normal, uniform, type Random } from '../statistics/random.ts';

/** A surface that covers what is behind it: an ellipse, a box, or a stroke. */
interface Leaf {
  readonly isRound: boolean;
  readonly centre: readonly [number, number];
  readonly halves: readonly [number, number];
  readonly angle: number;
}

interface Extent {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** How pictures lie in a tensor. */
export interface Pictures extends Extent {
  /** Of all four axes. */
  readonly sizes: readonly number[];
  /** Whether the channels of a point lie side by side. */
  readonly isChannelsLast: boolean;
}

/** What has more is not a picture but what a network made of one. */
const mostChannels = 4;
/** Of an axis that may have any extent: what networks of several halvings can divide. */
const freeExtent = 64;

const [fewestLeaves, moreLeaves] = [20, 60];
/** Strokes are so many points wide at most, and so many of all leaves are strokes. */
const [mostStroke, strokeShare] = [4, 0.5];
const mostBlurs = 3;

/**
 * Takes a shape for one of pictures where it has four axes and few channels. A free width beside a given height is of a strip,
 * as readers of lines have.
 */
export function picturesIn(shape: readonly (number | string)[]): Pictures | undefined {
  if (shape.length !== 4) return undefined;
  const isFew = (extent: number | string | undefined): boolean => typeof extent === 'number' && extent <= mostChannels;
  const isChannelsLast = !isFew(shape[1]) && isFew(shape[3]);
  const [batch, ...axes] = shape.map((extent, axis) => (typeof extent === 'number' ? extent : axis === 0 ? 1 : 0));
  const [first = 0, second = 0, third = 0] = axes;
  const [channels, height, width] = isChannelsLast ? [third, first, second] : [first || 3, second, third];
  if (channels > mostChannels) return undefined;
  const extent = { channels, height: height || freeExtent, width: width || 4 * height || freeExtent };
  const inOrder = isChannelsLast
    ? [extent.height, extent.width, extent.channels]
    : [extent.channels, extent.height, extent.width];
  return { ...extent, sizes: [batch ?? 1, ...inOrder], isChannelsLast };
}

/** Pictures in the order of the tensor that they are for. */
export function makeUpPictures(
  { sizes: [batch = 1], isChannelsLast, ...extent }: Pictures,
  next: Random,
): Float64Array {
  const { channels, height, width } = extent;
  const points = height * width;
  const pictures = new Float64Array(batch * channels * points);
  for (let start = 0; start < pictures.length; start += channels * points) {
    const picture = makeUpPicture(extent, next);
    for (let at = 0; at < picture.length; at++) {
      const [channel, point] = [Math.floor(at / points), at % points];
      pictures[start + (isChannelsLast ? point * channels + channel : at)] = picture[at] ?? 0;
    }
  }
  return pictures;
}

/**
 * A picture of leaves that cover one another (dead leaves: Lee, Mumford and Huang 2001; Baradad et al. 2021 learn to see from
 * them), which has edges, strokes, surfaces of all sizes and their shades as real pictures have, where noise has none. Blurred and
 * grainy by chance. Values from 0 to 1, or from −1 to 1 in every second picture by chance, since a graph does not tell which it wants.
 * Channel by channel, row by row.
 */
function makeUpPicture(extent: Extent, next: Random): Float64Array {
  const { channels, height, width } = extent;
  const points = height * width;
  const picture = new Float64Array(channels * points);
  const shade = (): Float64Array => {
    const grey = uniform(next);
    return Float64Array.from({ length: channels }, () => Math.min(1, Math.max(0, grey + 0.15 * normal(next))));
  };
  const behind = shade();
  for (const [channel, value] of behind.entries()) picture.fill(value, channel * points, (channel + 1) * points);
  const leaves = fewestLeaves + below(next, moreLeaves);
  for (let count = 0; count < leaves; count++) paint(picture, extent, leaf(extent, next), shade());
  for (let blurs = below(next, mostBlurs + 1); blurs > 0; blurs--) blur(picture, extent);
  const grain = 0.08 * uniform(next) ** 2;
  const isSigned = uniform(next) < 0.5;
  return picture.map((value) => {
    const shown = Math.min(1, Math.max(0, value + grain * normal(next)));
    return isSigned ? 2 * shown - 1 : shown;
  });
}

function leaf({ height, width }: Extent, next: Random): Leaf {
  const isStroke = uniform(next) < strokeShare;
  // Small ones are more frequent by far, as in pictures of things at all distances.
  const half = (): number => 1 + (Math.min(height, width) / 3) * uniform(next) ** 3;
  return {
    isRound: !isStroke && uniform(next) < 0.5,
    centre: [uniform(next) * height, uniform(next) * width],
    halves: [half(), isStroke ? 0.5 + (uniform(next) * (mostStroke - 1)) / 2 : half()],
    angle: uniform(next) * Math.PI,
  };
}

function paint(picture: Float64Array, { height, width }: Extent, leaf: Leaf, shade: Float64Array): void {
  const { isRound, centre, halves, angle } = leaf;
  const reach = Math.hypot(...halves);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const rows = [
    Math.max(0, Math.floor(centre[0] - reach)),
    Math.min(height - 1, Math.ceil(centre[0] + reach)),
  ] as const;
  const columns = [
    Math.max(0, Math.floor(centre[1] - reach)),
    Math.min(width - 1, Math.ceil(centre[1] + reach)),
  ] as const;
  for (let row = rows[0]; row <= rows[1]; row++) {
    for (let column = columns[0]; column <= columns[1]; column++) {
      const [down, right] = [row - centre[0], column - centre[1]];
      const along = Math.abs(down * cosine + right * sine) / halves[0];
      const across = Math.abs(right * cosine - down * sine) / halves[1];
      if (isRound ? along ** 2 + across ** 2 > 1 : along > 1 || across > 1) continue;
      shade.forEach((value, channel) => (picture[(channel * height + row) * width + column] = value));
    }
  }
}

/** The mean of each point and its neighbours to the right and below, one direction after the other. */
function blur(picture: Float64Array, { height, width }: Extent): void {
  const mix = (at: number, other: number): void => {
    picture[at] = ((picture[at] ?? 0) + (picture[other] ?? 0)) / 2;
  };
  for (let at = 0; at < picture.length; at++) if ((at + 1) % width !== 0) mix(at, at + 1);
  for (let at = 0; at < picture.length; at++) if (Math.floor(at / width + 1) % height !== 0) mix(at, at + width);
}
