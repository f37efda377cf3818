import { argmax, divergence, isDistribution, logSoftmaxAt, numbersOf, rowsOf } from '../../compare/rows.ts';
import type { Values } from '../../inputs/tensor.ts';

/** What an output means, and so how its damage is counted. */
export type OutputKind = 'classes' | 'probabilities' | 'numbers';

/** Of numbers from 0 to 1 whose rows are no distributions each is a probability of its own. */
export function kindOf(output: Values, tellsClasses: boolean): OutputKind {
  const numbers = numbersOf(output);
  const { rows, length } = rowsOf(output);
  if (length > 1 && (tellsClasses || isDistribution(numbers, 0, length)))
    return isSure(numbers, rows, length) ? 'numbers' : 'classes';
  if (length === 1 && rows > 0 && Array.prototype.every.call(numbers, (value: number) => value >= 0 && value <= 1))
    return 'probabilities';
  return 'numbers';
}

/** Whether logits are so far apart that probabilities hardly move, whatever is done to a weight. */
function isSure(numbers: ArrayLike<number>, rows: number, length: number): boolean {
  if (isDistribution(numbers, 0, length)) return false;
  let doubt = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    doubt += 1 - Math.exp(logSoftmaxAt(numbers, start, length, argmax(numbers, start, length)));
  }
  return doubt < leastDoubt * rows;
}

const leastDoubt = 0.05;
const least = 1e-6;

/** The sum over rows of KL(before ‖ after), in nats; of squared differences for plain numbers. */
export function damageOf(before: Values, after: Values, kind: OutputKind): number {
  const [one, other] = [numbersOf(before), numbersOf(after)];
  const { rows, length } = rowsOf(before);
  let sum = 0;
  if (kind === 'classes') {
    const areDistributions = isDistribution(one, 0, length);
    for (let row = 0; row < rows; row++) sum += divergence(one, other, row * length, length, areDistributions);
    return sum;
  }
  for (let place = 0; place < one.length; place++) {
    const [p, q] = [one[place] ?? 0, other[place] ?? 0];
    if (kind === 'numbers') sum += (q - p) ** 2;
    else sum += relative(p, q) + relative(1 - p, 1 - q);
  }
  return sum;
}

/** Adds to each class how unsure rows are of it, Σ p·(1 − p): what an error of its logit does is proportional to that. */
export function doubtOf(output: Values, given?: Float64Array): Float64Array {
  const sums = given ?? new Float64Array(rowsOf(output).length);
  const numbers = numbersOf(output);
  const { rows, length } = rowsOf(output);
  const areDistributions = isDistribution(numbers, 0, length);
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    const total = areDistributions ? 0 : logTotal(numbers, start, length);
    for (let place = 0; place < length; place++) {
      const number = numbers[start + place] ?? 0;
      const p = areDistributions ? number : Math.exp(number - total);
      sums[place] = (sums[place] ?? 0) + p * (1 - p);
    }
  }
  return sums;
}

function logTotal(numbers: ArrayLike<number>, start: number, length: number): number {
  const most = numbers[start + argmax(numbers, start, length)] ?? 0;
  let sum = 0;
  for (let place = 0; place < length; place++) sum += Math.exp((numbers[start + place] ?? 0) - most);
  return most + Math.log(sum);
}

function relative(p: number, q: number): number {
  return p > 0 ? p * Math.log(Math.max(p, least) / Math.max(q, least)) : 0;
}
