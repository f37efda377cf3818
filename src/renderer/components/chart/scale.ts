/** From values to pixels. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly isLogarithmic: boolean;
  readonly at: (value: number) => number;
}

/** Room beyond the outermost values, as a share of their range. */
const margin = 0.04;

export function linear(values: readonly number[], start: number, end: number): Scale {
  const [least, most] = [Math.min(...values, Infinity), Math.max(...values, -Infinity)];
  if (!(most >= least)) return { from: 0, to: 1, isLogarithmic: false, at: () => start };
  const room = (most - least || Math.abs(most) || 1) * margin;
  const [from, to] = [least >= 0 ? Math.max(0, least - room) : least - room, most + room];
  return { from, to, isLogarithmic: false, at: (value) => start + ((value - from) / (to - from)) * (end - start) };
}

/** Values that are not above zero stand at its lower end. */
export function logarithmic(values: readonly number[], start: number, end: number): Scale {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return { from: 1, to: 10, isLogarithmic: true, at: () => start };
  const { from, to, at } = linear(
    positive.map((value) => Math.log10(value) + 100),
    start,
    end,
  );
  return {
    ...{ from: 10 ** (from - 100), to: 10 ** (to - 100), isLogarithmic: true },
    at: (value) => (value > 0 ? at(Math.log10(value) + 100) : start),
  };
}

/** Some round values of a scale. */
export function ticks({ from, to, isLogarithmic }: Scale): readonly number[] {
  if (isLogarithmic) {
    const all = Array.from({ length: 40 }, (_, place) => 10 ** (place - 25)).flatMap((power) => [power, 3 * power]);
    return all.filter((value) => value >= from && value <= to);
  }
  const rough = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, place) => (first + place) * step);
}
