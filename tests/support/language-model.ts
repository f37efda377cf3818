import { open, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { bytes, externalTensor, initializer, type Bytes } from './onnx.ts';
import { constant, inputOf, int, ints, model, node, numbers } from './onnx-models.ts';
import { HeavyTails } from './heavy-tails.ts';

/** The extents of a language model of the layout of Llama. */
export interface LanguageModelShape {
  readonly layers: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly heads: number;
  readonly vocabulary: number;
  /** Tokens that it takes at once. */
  readonly window: number;
}

/** 110 million weights, 439 MB. */
export const hundredMillion: LanguageModelShape = {
  ...{ layers: 6, hidden: 1024, intermediate: 2816, heads: 16, vocabulary: 16_000, window: 128 },
};

/** Directions that most of what embeddings differ in lies in, so that layers are given inputs that depend on each other. */
const directions = 64;
const epsilon = 1e-5;

/**
 * Writes a language model with made-up weights, the same for the same shape: embedding, attention with rotated positions and a
 * causal mask, gated layers between, root-mean-square norms, and a head. It takes `ids` [1, window] and gives `logits`
 * [1, window, vocabulary]. Rows have heavy tails and norms of their own, and some channels are louder than others. The weights are
 * in `weights.bin`. Returns the path of `language-model.onnx`.
 */
export async function writeLanguageModel(folder: string, shape: LanguageModelShape): Promise<string> {
  await using data = await open(join(folder, 'weights.bin'), 'w');
  const graph = new Graph(data, shape);
  await graph.build();
  const path = join(folder, 'language-model.onnx');
  const { window, vocabulary } = shape;
  const ends = [...bytes(11, inputOf('ids', 7, 1, window)), ...bytes(12, inputOf('logits', 1, 1, window, vocabulary))];
  await writeFile(path, model([...graph.parts.flat(), ...ends], 17));
  return path;
}

/** Writes a task of `items` windows of tokens whose frequencies fall as those of words; the original's answers are right. */
export async function writeTokenTask(
  folder: string,
  { vocabulary, window }: LanguageModelShape,
  items: number,
): Promise<string> {
  const tails = new HeavyTails(977);
  const ids = Uint16Array.from({ length: items * window }, () => Math.floor(vocabulary ** tails.share()) - 1);
  await writeFile(join(folder, 'tokens.u16'), new Uint8Array(ids.buffer));
  const task = {
    ...{ task: 1, title: 'Made-up tokens', unit: 'windows', output: 'logits' },
    inputs: [{ from: 'tokens', name: 'ids', data: { file: 'tokens.u16', type: 'uint16' }, window }],
    target: { from: 'next-token' },
    metrics: [{ metric: 'nll' }],
  };
  const path = join(folder, 'tokens.json');
  await writeFile(path, JSON.stringify(task));
  return path;
}

class Graph {
  readonly parts: Bytes[] = [];
  readonly #data: FileHandle;
  readonly #shape: LanguageModelShape;
  readonly #tails = new HeavyTails(1);
  #offset = 0;

  constructor(data: FileHandle, shape: LanguageModelShape) {
    this.#data = data;
    this.#shape = shape;
  }

  async build(): Promise<void> {
    const { layers, hidden, heads, vocabulary, window } = this.#shape;
    this.#addTables(hidden / heads, window);
    const table = this.#tails.nearPlane(vocabulary, hidden, directions);
    let last = this.#then('Gather', [await this.#put('embed', [vocabulary, hidden], table), 'ids'], 'embedded');
    for (let layer = 0; layer < layers; layer++) {
      const name = `layers.${layer}`;
      const before = await this.#norm(last, `${name}.norm1`);
      last = this.#then('Add', [last, await this.#attention(before, name)], `${name}.attended`);
      const between = await this.#norm(last, `${name}.norm2`);
      last = this.#then('Add', [last, await this.#gated(between, name)], `${name}.out`);
    }
    await this.#multiply(await this.#norm(last, 'norm'), 'logits', hidden, vocabulary, 'head');
  }

  /** Cosines and sines of positions, the mask, and shapes. */
  #addTables(width: number, window: number): void {
    const { heads, hidden } = this.#shape;
    const angle = (at: number): number =>
      Math.floor(at / width) / 10_000 ** (((at % width) % (width / 2)) / (width / 2));
    const table = (of: (at: number) => number): Float32Array =>
      Float32Array.from({ length: window * width }, (_, at) => of(at));
    this.parts.push(
      constant(
        'cos',
        [window, width],
        table((at) => Math.cos(angle(at))),
      ),
      constant(
        'sin',
        [window, width],
        table((at) => Math.sin(angle(at))),
      ),
      constant(
        'mask',
        [window, window],
        Float32Array.from({ length: window ** 2 }, (_, at) => (at % window > Math.floor(at / window) ? -1e9 : 0)),
      ),
      constant('scale', [1], Float32Array.of(width ** -0.5)),
      constant('epsilon', [1], Float32Array.of(epsilon)),
      numbers('by-head', 1, window, heads, width),
      numbers('together', 1, window, hidden),
      numbers('zero', 0),
      numbers('half', width / 2),
      numbers('whole', width),
      numbers('axis', 3),
    );
  }

  async #attention(input: string, name: string): Promise<string> {
    const { hidden } = this.#shape;
    const part = async (which: string, order: readonly number[]): Promise<string> => {
      const flat = await this.#multiply(input, `${name}.${which}.flat`, hidden, hidden, `${name}.${which}`);
      const split = this.#then('Reshape', [flat, 'by-head'], `${name}.${which}.split`);
      return this.#then('Transpose', [split], `${name}.${which}.heads`, ints('perm', ...order));
    };
    const query = this.#rotate(await part('q', [0, 2, 1, 3]), `${name}.q`);
    const key = this.#rotate(await part('k', [0, 2, 1, 3]), `${name}.k`);
    const value = await part('v', [0, 2, 1, 3]);
    const turned = this.#then('Transpose', [key], `${name}.k.turned`, ints('perm', 0, 1, 3, 2));
    const scores = this.#then('Mul', [this.#then('MatMul', [query, turned], `${name}.raw`), 'scale'], `${name}.scores`);
    const masked = this.#then('Add', [scores, 'mask'], `${name}.masked`);
    const shares = this.#then('Softmax', [masked], `${name}.shares`, int('axis', 3));
    const mixed = this.#then('MatMul', [shares, value], `${name}.mixed`);
    const back = this.#then('Transpose', [mixed], `${name}.back`, ints('perm', 0, 2, 1, 3));
    const joined = this.#then('Reshape', [back, 'together'], `${name}.joined`);
    return await this.#multiply(joined, `${name}.attention`, hidden, hidden, `${name}.o`);
  }

  /** x·cos + (−second half, first half)·sin. */
  #rotate(input: string, name: string): string {
    const first = this.#then('Slice', [input, 'zero', 'half', 'axis'], `${name}.first`);
    const second = this.#then('Slice', [input, 'half', 'whole', 'axis'], `${name}.second`);
    const turned = this.#then(
      'Concat',
      [this.#then('Neg', [second], `${name}.negative`), first],
      `${name}.quarter`,
      int('axis', 3),
    );
    const along = this.#then('Mul', [input, 'cos'], `${name}.along`);
    return this.#then('Add', [along, this.#then('Mul', [turned, 'sin'], `${name}.across`)], `${name}.rotated`);
  }

  async #gated(input: string, name: string): Promise<string> {
    const { hidden, intermediate } = this.#shape;
    const gate = await this.#multiply(input, `${name}.gate.out`, hidden, intermediate, `${name}.gate`);
    const up = await this.#multiply(input, `${name}.up.out`, hidden, intermediate, `${name}.up`);
    const open = this.#then('Mul', [gate, this.#then('Sigmoid', [gate], `${name}.sigmoid`)], `${name}.open`);
    const product = this.#then('Mul', [open, up], `${name}.product`);
    return await this.#multiply(product, `${name}.down.out`, intermediate, hidden, `${name}.down`);
  }

  async #norm(input: string, name: string): Promise<string> {
    const square = this.#then('Mul', [input, input], `${name}.square`);
    const mean = this.#then('ReduceMean', [square], `${name}.mean`, ints('axes', -1));
    const root = this.#then('Sqrt', [this.#then('Add', [mean, 'epsilon'], `${name}.sum`)], `${name}.root`);
    const even = this.#then('Div', [input, root], `${name}.even`);
    const { hidden } = this.#shape;
    const loudness = await this.#put(`${name}.weight`, [hidden], this.#tails.loudness(hidden));
    return this.#then('Mul', [even, loudness], `${name}.out`);
  }

  /** A product with a weight that is stored with the inputs as rows. */
  async #multiply(input: string, to: string, inputs: number, outputs: number, name: string): Promise<string> {
    const weight = await this.#put(name, [inputs, outputs], this.#tails.matrix(inputs, outputs));
    return this.#then('MatMul', [input, weight], to);
  }

  #then(operator: string, inputs: readonly string[], to: string, ...attributes: Bytes[]): string {
    this.parts.push(node(operator, inputs, to, ...attributes));
    return to;
  }

  async #put(name: string, dims: readonly number[], values: Float32Array): Promise<string> {
    await this.#data.writeFile(new Uint8Array(values.buffer));
    const entries = { location: 'weights.bin', offset: String(this.#offset), length: String(values.byteLength) };
    this.#offset += values.byteLength;
    this.parts.push(initializer(externalTensor(name, dims, entries)));
    return name;
  }
}
