// Where things lie in a model's memory; `model.ts` has the same numbers.
export const squashAt: usize = 0;
export const stretchAt: usize = 8192;
export const ratesAt: usize = 16384;
/** The predictions of the mixed inputs, and the places of the slots that they came from. */
export const stretchedAt: usize = 16512;
export const slotsAt: usize = 16544;
/** The contexts of the byte, and its buckets. */
export const contextsAt: usize = 16576;
export const bucketsAt: usize = 16600;
/** The last eight bytes, the word, the one before, the match (next byte, length), and how fast weights learn. */
export const stateAt: usize = 16640;
/** What was said of the bit: two probabilities, the cells that refined them, the weights, and what the match has. */
export const saidAt: usize = 16672;
export const matchedAt: usize = 16704;
export const weightsAt: usize = 16896;
export const secondWeightsAt: usize = 25088;
export const order1At: usize = 57856;
export const refinementsAt: usize = 188928;
export const matchRefinementsAt: usize = 467456;
export const matchesAt: usize = 493568;

export const setBytes: usize = 32;
export const leastMatch: u32 = 6;
