// 1. Codes are at most 11 bits, LSB first. A table entry of the encoder is `code << 6 | length`: WebAssembly takes shift
//    counts modulo 64, so an entry is its own shift count, and entries of neighbours merge by a shift and an or.
// 2. Few distinct symbols (exponents): counts and codes are kept for PAIRS of symbols, at 65536 places of which few are
//    touched; that halves the work. A pair's entry has its code at the top of 64 bits, the length at the bottom. Many
//    distinct symbols: single tables, because pairs would fall out of the cache.
// 3. A decoder entry holds the symbols of a whole 11-bit window, up to six, in eight bytes that are stored whatever the
//    number, so fast loops stop short of a stream's end. The bits that they use and their number are in tables of their
//    own: the next window waits for the bits alone, and bytes are found without scaling the window.
// 4. The four streams of a sub-block advance lookup by lookup: each is one long chain of dependent steps, and a processor
//    looks ahead too little to find the next stream by itself. The number of rounds is computed beforehand from what is
//    left of the streams, so that the hot loop checks nothing and still cannot leave them.

export { count } from './count.as';
export { decode } from './decode.as';
export { encode, encodePairs } from './encode.as';
