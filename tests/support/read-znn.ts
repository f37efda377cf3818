/** A decoder of ZipNN records, written from the description of the format alone. Throws on anything that does not fit. */
export function readZnn(file: Uint8Array, reference?: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const [piece, length] = readRecord(file.subarray(at));
    pieces.push(piece);
    at += length;
  }
  const all = Uint8Array.from(Buffer.concat(pieces));
  return reference === undefined ? all : all.map((byte, index) => byte ^ (reference[index] ?? 0));
}

function need(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`No ZipNN record: ${what}`);
}

function readRecord(file: Uint8Array): readonly [Uint8Array, number] {
  need(file.length >= 32 && file[0] === 0x5a && file[1] === 0x4e, 'magic');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [size, total] = [Number(view.getBigUint64(16, true)), Number(view.getBigUint64(24, true))];
  need(total >= 32 && total <= file.length && size <= 512 * total, 'length');
  const type = file[15] ?? 0;
  const planes = type === 1 ? 4 : type === 29 || type === 30 ? 1 : 2;
  const chunkBytes = Math.min(2 ** (file[14] ?? 0), planes === 1 ? 2 ** 17 : 2 ** 30);
  const chunks = Math.ceil(size / chunkBytes);
  let at = 32;
  if (file[8] === 2 || file[8] === 3) {
    const rank = file[at++] ?? 0;
    for (let axis = 0; axis < rank; axis++) at += 1 + (file[at] ?? 0);
  }
  const [types, ends] = [at, at + planes * chunks];
  at = ends + 8 * planes * chunks;
  need(at <= total, 'tables');
  const output = new Uint8Array(size);
  for (let plane = 0; plane < planes; plane++) {
    let start = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const length = Math.min(chunkBytes, size - chunk * chunkBytes);
      const count = Math.floor(length / planes) + (plane < length % planes ? 1 : 0);
      const end = Number(view.getBigUint64(ends + 8 * (plane * chunks + chunk), true));
      need(end >= start && at + end <= total, 'chunk');
      const coded = file.subarray(at + start, at + end);
      const bytes = file[types + plane * chunks + chunk] === 1 ? readHuff0(coded, count) : coded;
      need(bytes.length === count, 'plane');
      bytes.forEach((byte, index) => (output[chunk * chunkBytes + index * planes + plane] = byte));
      start = end;
    }
    at += start;
  }
  if (file[6] === 1 && planes > 1)
    for (let chunk = 0; chunk < chunks; chunk++)
      unorder(output.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes), planes);
  return [output, total];
}

function unorder(bytes: Uint8Array, planes: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const u = view.getUint32(at, true);
    const word =
      planes === 2
        ? ((u << 8) & 0x80008000) | ((u >>> 1) & 0x7f807f80) | (u & 0x007f007f)
        : ((u << 8) & 0x80000000) | ((u >>> 1) & 0x7f800000) | (u & 0x7fffff);
    view.setUint32(at, word >>> 0, true);
  }
}

/** Bits from the end of a stream whose last set bit is a mark. */
function backward(bytes: Uint8Array): { take(count: number): number; left(): number } {
  const last = bytes.at(-1) ?? 0;
  need(last !== 0, 'end of a stream');
  let position = 8 * (bytes.length - 1) + Math.floor(Math.log2(last));
  return {
    take(count) {
      let value = 0;
      for (let bit = 0; bit < count; bit++) {
        position -= 1;
        value = 2 * value + (position < 0 ? 0 : ((bytes[position >> 3] ?? 0) >> (position & 7)) & 1);
      }
      return value;
    },
    left: () => position,
  };
}

function readHuff0(block: Uint8Array, count: number): Uint8Array {
  if (block.length === 1) return new Uint8Array(count).fill(block[0] ?? 0);
  if (block.length === count) return block;
  const first = block[0] ?? 0;
  const tableEnd = first < 128 ? 1 + first : 1 + Math.ceil((first - 127) / 2);
  need(tableEnd + 6 < block.length, 'table');
  const weights =
    first < 128
      ? fseWeights(block.subarray(1, tableEnd))
      : Array.from({ length: first - 127 }, (_, index) =>
          index % 2 === 0 ? (block[1 + (index >> 1)] ?? 0) >> 4 : (block[1 + (index >> 1)] ?? 0) & 15,
        );
  const sum = weights.reduce((all, weight) => all + (weight > 0 ? 2 ** (weight - 1) : 0), 0);
  const longest = Math.floor(Math.log2(sum)) + 1;
  const rest = 2 ** longest - sum;
  need(sum > 0 && longest <= 12 && Number.isInteger(Math.log2(rest)), 'weights');
  weights.push(Math.log2(rest) + 1);
  const table: { symbol: number; length: number }[] = [];
  for (let weight = 1; weight <= longest; weight++)
    weights.forEach((each, symbol) => {
      if (each === weight)
        for (let entry = 0; entry < 2 ** (weight - 1); entry++) table.push({ symbol, length: longest + 1 - weight });
    });
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const output = new Uint8Array(count);
  const part = Math.floor((count + 3) / 4);
  let at = tableEnd + 6;
  for (let stream = 0; stream < 4; stream++) {
    const end = stream === 3 ? block.length : at + view.getUint16(tableEnd + 2 * stream, true);
    need(end > at && end <= block.length, 'stream');
    const bits = backward(block.subarray(at, end));
    let [state, known] = [0, 0];
    for (let index = stream * part; index < Math.min(count, (stream + 1) * part); index++) {
      state = ((state << (longest - known)) | bits.take(longest - known)) & (2 ** longest - 1);
      const { symbol, length } = table[state] ?? { symbol: 0, length: longest };
      output[index] = symbol;
      known = longest - length;
      state &= 2 ** known - 1;
    }
    need(bits.left() + known === 0, 'a stream that does not end where it should');
    at = end;
  }
  return output;
}

function fseWeights(bytes: Uint8Array): number[] {
  let position = 0;
  const take = (count: number): number => {
    let value = 0;
    for (let bit = 0; bit < count; bit++, position++)
      value += (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) * 2 ** bit;
    return value;
  };
  const log = take(4) + 5;
  need(log <= 6, 'accuracy');
  const shares: number[] = [];
  let left = 2 ** log + 1;
  while (left > 1 && shares.length < 256) {
    const width = Math.floor(Math.log2(left)) + 1;
    const most = 2 ** width - 1 - left;
    let value = take(width - 1);
    if (value >= most) {
      value += 2 ** (width - 1) * take(1);
      if (value >= 2 ** (width - 1)) value -= most;
    }
    const share = value - 1;
    left -= Math.abs(share);
    shares.push(share);
    if (share === 0)
      for (let more = 3; more === 3;) {
        more = take(2);
        for (let zero = 0; zero < more; zero++) shares.push(0);
      }
  }
  const size = 2 ** log;
  const symbols = new Array<number>(size).fill(-1);
  let high = size - 1;
  shares.forEach((share, symbol) => {
    if (share === -1) symbols[high--] = symbol;
  });
  let place = 0;
  shares.forEach((share, symbol) => {
    for (let count = 0; count < share; count++) {
      symbols[place] = symbol;
      do place = (place + (size >> 1) + (size >> 3) + 3) & (size - 1);
      while (place > high);
    }
  });
  const next = shares.map((share) => (share === -1 ? 1 : share));
  const table = symbols.map((symbol) => {
    const own = next[symbol] ?? 1;
    next[symbol] = own + 1;
    const width = log - Math.floor(Math.log2(own));
    return { symbol, width, base: (own << width) - size };
  });
  const bits = backward(bytes.subarray(Math.ceil(position / 8)));
  const weights: number[] = [];
  const states = [bits.take(log), bits.take(log)];
  for (let turn = 0; weights.length < 256; turn ^= 1) {
    const entry = table[states[turn] ?? 0];
    need(entry !== undefined, 'state');
    weights.push(entry.symbol);
    if (bits.left() < entry.width) {
      weights.push(table[states[turn ^ 1] ?? 0]?.symbol ?? 0);
      break;
    }
    states[turn] = entry.base + bits.take(entry.width);
  }
  return weights;
}
