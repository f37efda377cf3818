import { valueTable, type ValueTable } from '../table.ts';

/** The most bits of a small float, its sign among them, and the most of them that tell a power of two. */
export const mostBits = 8;
export const mostExponent = 5;

/**
 * All values of a float of `bits` bits of which `exponent` tell a power of two, with numbers below the least power evenly
 * spaced, brought to −1 to 1. There is neither infinity nor NaN: every code is a number, −0 is left out.
 */
export function floatTable(bits: number, exponent: number): ValueTable {
  const fraction = bits - 1 - exponent;
  const parts = 2 ** fraction;
  const magnitudes = Array.from({ length: 2 ** (bits - 1) }, (_, code) => {
    const [power, part] = [Math.floor(code / parts), code % parts];
    return power === 0 ? (2 * part) / parts : (1 + part / parts) * 2 ** power;
  });
  const most = magnitudes.at(-1) ?? 1;
  const positive = magnitudes.slice(1).map((magnitude) => magnitude / most);
  return valueTable([...positive.map((value) => -value), 0, ...positive]);
}

/** The exponent bits that leave room for the sign and at least one bit of the fraction. */
export function exponentsOf(bits: number): readonly number[] {
  return Array.from({ length: Math.min(mostExponent, bits - 2) }, (_, place) => place + 1);
}
