const looks = 512;
/** From here on the shortest Huffman code, one bit, is longer than the commonest symbol deserves. */
const skewedShare = 0.6;

/** Whether one byte value makes up most of `bytes`, judged by 512 of them spread evenly. */
export function isSkewed(bytes: Uint8Array): boolean {
  const counts = new Uint16Array(256);
  const step = Math.max(1, Math.floor(bytes.length / looks));
  let [looked, most] = [0, 0];
  for (let at = 0; at < bytes.length && looked < looks; at += step, looked++) {
    const symbol = bytes[at] ?? 0;
    const count = (counts[symbol] ?? 0) + 1;
    counts[symbol] = count;
    most = Math.max(most, count);
  }
  return most > looked * skewedShare && most < looked;
}
