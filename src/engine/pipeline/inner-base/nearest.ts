import { setImmediate as nextTurn } from 'node:timers/promises';
import { sampleOf, type Neurons } from './look.ts';

/** Numbers of each neuron that all are compared by, and how many of those that come nearest are compared by the others as well. */
const [glance, shortlist] = [16, 8];
/** Neurons between turns of the event loop, in which a job may be stopped. */
const together = 64;

/** For each neuron of one unit, the one of another that is most like it. */
export async function nearestNeurons(one: Neurons, other: Neurons, signal: AbortSignal): Promise<readonly number[]> {
  const [left, right] = [beginnings(one), beginnings(other)];
  const found: number[] = [];
  const [places, scores] = [new Int32Array(shortlist), new Float64Array(shortlist)];
  for (let row = 0; row < one.count; row++) {
    if (row % together === 0) {
      await nextTurn();
      signal.throwIfAborted();
    }
    scores.fill(-Infinity);
    let least = 0;
    for (let column = 0; column < other.count; column++) {
      let score = 0;
      for (let place = 0; place < glance; place++)
        score += (left[row * glance + place] ?? 0) * (right[column * glance + place] ?? 0);
      if (score <= (scores[least] ?? 0)) continue;
      [places[least], scores[least]] = [column, score];
      for (let place = 0; place < shortlist; place++) if ((scores[place] ?? 0) < (scores[least] ?? 0)) least = place;
    }
    let [best, most] = [0, -Infinity];
    for (const [place, column] of places.entries()) {
      if (scores[place] === -Infinity) continue;
      const value = sampleOf(one, row, other, column);
      if (value > most) [best, most] = [column, value];
    }
    found.push(best);
  }
  return found;
}

/** The first numbers of each neuron, of length 1. */
function beginnings({ count, length, numbers }: Neurons): Float32Array {
  const found = new Float32Array(count * glance);
  for (let row = 0; row < count; row++) {
    const first = numbers.subarray(row * length, row * length + Math.min(glance, length));
    const norm = Math.sqrt(first.reduce((sum, one) => sum + one * one, 0)) || 1;
    first.forEach((one, place) => (found[row * glance + place] = one / norm));
  }
  return found;
}
