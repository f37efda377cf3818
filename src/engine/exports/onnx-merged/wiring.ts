import { graphTensors, type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/index.ts';
import type { InputFile, Inputs } from '../../models/inputs.ts';
import { readFloats, type FloatTensor } from '../float-tensor.ts';
import { floatsOf } from '../onnx/elements.ts';

/** Lists of one number for each channel are no longer than this. */
const mostChannels = 2 ** 20;

/** Who reads which value of a model, and what its constants are. */
export class Wiring {
  readonly #file: InputFile;
  readonly #inputs: Inputs;
  readonly #reads = new Map<string, number>();

  constructor({ graphs }: OnnxModel, file: InputFile, inputs: Inputs) {
    this.#file = file;
    this.#inputs = inputs;
    // A name may stand for different values in different graphs; counting them as one errs on the safe side.
    for (const { nodes, outputs } of graphs)
      for (const name of [...nodes.flatMap((node) => node.inputs), ...outputs.map((output) => output.name)])
        this.#reads.set(name, (this.#reads.get(name) ?? 0) + 1);
  }

  /** How many inputs of nodes and outputs of graphs have this name. */
  reads(name: string): number {
    return this.#reads.get(name) ?? 0;
  }

  /** The one node that reads a value, where it is in this graph and nothing else does. */
  onlyReader(graph: OnnxGraph, name: string): OnnxNode | undefined {
    return this.reads(name) === 1 ? graph.nodes.find(({ inputs }) => inputs.includes(name)) : undefined;
  }

  /** A constant of this graph in single precision; `undefined` for all others. */
  constant(graph: OnnxGraph, name: string): { readonly tensor: OnnxTensor; readonly floats: FloatTensor } | undefined {
    const tensor = graphTensors(graph).find((each) => each.name === name);
    const floats = tensor && floatsOf(tensor, graph, this.#file, this.#inputs);
    return tensor && floats && { tensor, floats };
  }

  /** The numbers of a constant that has one for each of `channels`. */
  async perChannel(graph: OnnxGraph, name: string, channels: number) {
    const found = this.constant(graph, name);
    if (found?.floats.count !== channels || channels > mostChannels) return undefined;
    return { tensor: found.tensor, values: await readFloats(found.floats, 0, channels) };
  }
}
