import zlib from 'node:zlib';

/** One way to run zstd. Both ways read what the other wrote; their bytes may differ. */
export interface ZstdImplementation {
  compress(bytes: Uint8Array, level: number): Uint8Array;
  /** Throws anything on bad frames; never returns more than `byteLength` bytes. */
  decompress(frame: Uint8Array, byteLength: number): Uint8Array;
}

/** Whether this Node has zstd itself (22.15 and later). */
export const hasNativeZstd = typeof (zlib as Partial<typeof zlib>).zstdCompressSync === 'function';

export const nativeZstd: ZstdImplementation = {
  compress: (bytes, level) =>
    zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }),
  decompress: (frame, byteLength) => zlib.zstdDecompressSync(frame, { maxOutputLength: Math.max(1, byteLength) }),
};

/** Loads the WebAssembly build, for a Node without zstd. */
export async function loadWasmZstd(): Promise<ZstdImplementation> {
  const wasm = await import('@bokuweb/zstd-wasm');
  await wasm.init();
  return {
    compress: (bytes, level) => wasm.compress(bytes, level),
    // It reserves what the frame claims to hold, which `checkFrame` has compared with the length we expect.
    decompress: (frame) => wasm.decompress(frame),
  };
}
