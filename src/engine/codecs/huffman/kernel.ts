/**
 * The loops of the Huffman codec over addresses of one memory, where they may use the room for tables. `sizes` is 0 for an
 * input that is one stream, else the address of four 16-bit sizes a sub-block.
 */
export interface HuffmanKernel {
  /** Counts the bytes of each sub-block of 65536 into 256 words at `counts`, one sub-block's behind another's. */
  count(source: number, length: number, counts: number): void;
  /** Encodes with 256 entries `code << 6 | length` at `codes`, `used` of them not 0; returns the bytes written. */
  encode(source: number, length: number, codes: number, used: number, sizes: number, target: number): number;
  /** Decodes with 256 code lengths at `lengths`; returns 0, or 1 where a stream does not end as it must. */
  decode(source: number, available: number, sizes: number, lengths: number, target: number, length: number): number;
}

const subBlock = 65536;

/** The reference loops, over the same memory as the compiled ones. */
export function referenceKernel(memory: Uint8Array): HuffmanKernel {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);

  function encodeStream(from: number, to: number, codes: number, target: number): number {
    let at = 8 * target;
    for (let i = from; i < to; i++) {
      const entry = view.getUint32(codes + 4 * memory[i]!, true);
      for (let bit = 0; bit < (entry & 63); bit++, at++) {
        if ((at & 7) === 0) memory[at >> 3] = 0;
        memory[at >> 3]! |= ((entry >> (6 + bit)) & 1) << (at & 7);
      }
    }
    return ((at + 7) >> 3) - target;
  }

  function decodeStream(begin: number, end: number, symbols: ReadonlyMap<number, number>, to: number, last: number) {
    let at = 8 * begin;
    for (let i = to; i < last; i++) {
      // A leading 1 keeps codes of different lengths apart.
      let code = 1;
      let symbol: number | undefined;
      while (symbol === undefined) {
        if (at >= 8 * end) return false;
        code = (code << 1) | ((memory[at >> 3]! >> (at & 7)) & 1);
        at++;
        symbol = symbols.get(code);
      }
      memory[i] = symbol;
    }
    return (at + 7) >> 3 === end && ((at & 7) === 0 || memory[end - 1]! >> (at & 7) === 0);
  }

  /** The four parts of every sub-block. */
  function* parts(length: number): Generator<readonly [from: number, to: number]> {
    for (let start = 0; start < length; start += subBlock) {
      const end = Math.min(start + subBlock, length);
      const quarter = Math.ceil((end - start) / 4);
      for (let stream = 0; stream < 4; stream++)
        yield [Math.min(start + stream * quarter, end), Math.min(start + (stream + 1) * quarter, end)];
    }
  }

  return {
    count(source, length, counts) {
      memory.fill(0, counts, counts + 1024 * Math.ceil(length / subBlock));
      for (let i = 0; i < length; i++) {
        const cell = counts + 1024 * Math.floor(i / subBlock) + 4 * memory[source + i]!;
        view.setUint32(cell, view.getUint32(cell, true) + 1, true);
      }
    },

    encode(source, length, codes, _used, sizes, target) {
      if (sizes === 0) return encodeStream(source, source + length, codes, target);
      let written = 0;
      let size = sizes;
      for (const [from, to] of parts(length)) {
        const stream = encodeStream(source + from, source + to, codes, target + written);
        view.setUint16(size, stream, true);
        size += 2;
        written += stream;
      }
      return written;
    },

    decode(source, available, sizes, lengths, target, length) {
      const symbols = codeMap(memory.subarray(lengths, lengths + 256));
      if (sizes === 0) return decodeStream(source, source + available, symbols, target, target + length) ? 0 : 1;
      let begin = source;
      let size = sizes;
      for (const [from, to] of parts(length)) {
        const end = begin + view.getUint16(size, true);
        if (!decodeStream(begin, end, symbols, target + from, target + to)) return 1;
        size += 2;
        begin = end;
      }
      return 0;
    },
  };
}

/** Symbols by their code, most significant bit first behind a leading 1. */
function codeMap(lengths: Uint8Array): ReadonlyMap<number, number> {
  const symbols = new Map<number, number>();
  let code = 0;
  for (let length = 1; length <= 11; length++) {
    lengths.forEach((size, symbol) => {
      if (size === length) symbols.set((1 << length) | code++, symbol);
    });
    code <<= 1;
  }
  return symbols;
}
