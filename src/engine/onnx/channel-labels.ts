import type { OnnxNode, OnnxTensor } from './graph.ts';

/** A tensor whose entries along an axis belong to channels: to channel c those from c × run on, `run` of them. */
export interface ChannelPart {
  readonly tensor: OnnxTensor;
  readonly axis: number;
  readonly run: number;
}

/** Channels that can be taken out of a graph, each from all of these at once, and the graph stays sound. */
export interface ChannelSet {
  readonly count: number;
  /** What makes the channels or changes each by itself: weights of layers, biases, normalizations, factors. */
  readonly made: readonly ChannelPart[];
  /** Weights of the layers that sum over the channels. */
  readonly read: readonly ChannelPart[];
  /** Convolutions with a group for each channel. */
  readonly grouped: readonly OnnxNode[];
  /** Values that have the channels. */
  readonly values: readonly string[];
}

/** A set as it grows; sets that turn out to be one point to it. */
export interface Draft extends ChannelSet {
  readonly made: ChannelPart[];
  readonly read: ChannelPart[];
  readonly grouped: OnnxNode[];
  readonly values: string[];
  /** Whether something was met that channels cannot be followed through. */
  isKept: boolean;
  joinedTo?: Draft;
}

/** Where the channels of a value lie. */
export interface Label {
  readonly draft: Draft;
  /** The axis, counted from the last one, which is 1: so axes of operands of unlike ranks meet. */
  readonly fromEnd: number;
  readonly rank: number | undefined;
  /** Whether each channel has several neighbouring places, since what lay behind it was flattened. */
  readonly isFlat: boolean;
}

/** The draft that this one has become. */
export function latest(draft: Draft): Draft {
  return draft.joinedTo ? latest(draft.joinedTo) : draft;
}

/** Makes one of two drafts. */
export function join(one: Draft, other: Draft): void {
  const [into, from] = [latest(one), latest(other)];
  if (into === from) return;
  into.made.push(...from.made);
  into.read.push(...from.read);
  into.grouped.push(...from.grouped);
  into.values.push(...from.values);
  into.isKept ||= from.isKept;
  from.joinedTo = into;
}

/** Whether the channels lie along the second axis, as convolutions have them. */
export function isOfPictures({ rank, fromEnd, isFlat }: Label): boolean {
  return !isFlat && rank !== undefined && rank - fromEnd === 1;
}

/** How many of so many entries belong to one channel; 0 where that is no whole number. */
export function runOf({ draft: { count }, isFlat }: Label, extent = 0): number {
  return extent === count ? 1 : isFlat && extent % count === 0 ? extent / count : 0;
}
