/** An .npy file with exactly this header text and this data. */
export function npyFile(header: string, data: Uint8Array | number, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const body = typeof data === 'number' ? new Uint8Array(data) : data;
  const prefix = version === 1 ? 10 : 12;
  const file = new Uint8Array(prefix + text.length + body.length);
  file.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0]);
  const view = new DataView(file.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  file.set(text, prefix);
  file.set(body, prefix + text.length);
  return file;
}

/** The header text that NumPy writes for this type word and shape. */
export const npyHeader = (descr: string, shape: string, fortran = false): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }   \n`;
