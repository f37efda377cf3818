// 1. Everything happens on the top 16 bits of an element, rotated left by one: the sign comes to rest below the raw
//    mantissa bits, so that one shift gives the symbol and one mask the residual ("k" is the residual's width in bits).
// 2. Residuals are packed per 16-bit lane, never across lanes: word i of a group of 16 vectors holds bits 16i to 16i+15
//    of the lane's 16 residuals laid end to end. All shifts are constants once `k` is.
// 3. Wider elements first shed their low bytes into planes, tile by tile, leaving the top 16 bits in `tops`.
// 4. The fast loops take every value for one in the window. Where a group holds a zero or an escape, which is rare, its
//    symbols are found again, or its zeros cleared; a second pass handles the escapes themselves.

export { gather, scatter } from './escapes.as';
export { join } from './join.as';
export { split } from './split.as';
export { survey } from './survey.as';
