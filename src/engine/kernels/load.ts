/** What a kernel module exports: loops over the addresses of its memory. */
export type KernelExports = Readonly<Record<string, unknown>>;

const modules = new Map<string, WebAssembly.Module>();
const instances = new WeakMap<WebAssembly.Memory, Map<string, KernelExports>>();

/**
 * The exports of a compiled kernel (base64 of its module) bound to `memory`. A module is compiled once per thread and
 * instantiated once per memory, so calling this for every block is cheap.
 */
export function instantiate(base64: string, memory: WebAssembly.Memory): KernelExports {
  let ofMemory = instances.get(memory);
  if (ofMemory === undefined) {
    ofMemory = new Map<string, KernelExports>();
    instances.set(memory, ofMemory);
  }
  let exports = ofMemory.get(base64);
  if (exports === undefined) {
    exports = new WebAssembly.Instance(compile(base64), { env: { memory } }).exports;
    ofMemory.set(base64, exports);
  }
  return exports;
}

function compile(base64: string): WebAssembly.Module {
  let module = modules.get(base64);
  if (module === undefined) {
    module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
    modules.set(base64, module);
  }
  return module;
}
