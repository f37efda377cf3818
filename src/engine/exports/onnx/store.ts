import { given, type Content } from '../../onnx/edit.ts';
import { externalField, initializerField, initializerHead, type NewTensor } from '../../onnx/messages.ts';

/** Smaller tensors stay in the model file: other programs need some of them to read the graph. */
const leastExternalBytes = 1024;
/** So that programs can map tensors into memory. */
const alignment = 64;

/** Where the elements of new tensors go: into the model file, or one behind the other into a file beside it. */
export class TensorStore {
  readonly #location: string | undefined;
  readonly #data: Content[] = [];
  #size = 0;

  /** `location` is the name of the data file; without one everything goes into the model. */
  constructor(location?: string) {
    this.#location = location;
  }

  /** Whether elements go into a file beside the model. */
  get isExternal(): boolean {
    return this.#location !== undefined;
  }

  /** The initializer that the model file holds for these elements. */
  add(tensor: NewTensor, content: Content): readonly Content[] {
    const { length } = content;
    if (this.#location === undefined || length < leastExternalBytes)
      return [given(initializerHead(tensor, length)), content];
    const offset = Math.ceil(this.#size / alignment) * alignment;
    this.#data.push(given(new Uint8Array(offset - this.#size)), content);
    this.#size = offset + length;
    return [given(externalField(tensor, { location: this.#location, offset, length }))];
  }

  /** An initializer of a few numbers that programs read with the graph. */
  addSmall(tensor: NewTensor, raw: Uint8Array): readonly Content[] {
    return [given(initializerField(tensor, raw))];
  }

  /** The content of the data file; nothing where there is none. */
  async *data(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const content of this.#data) yield* content.chunks();
  }

  get dataBytes(): number {
    return this.#size;
  }
}
