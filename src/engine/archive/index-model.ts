import type { Codec } from '../codecs/codec.ts';
import { createText, textLoops } from '../codecs/text/index.ts';
import { modelBytes } from '../codecs/text/model.ts';
import { primer } from '../codecs/text/primer.ts';
import { Workspace } from '../kernels/workspace.ts';
import { indexPrimer } from './index-primer.ts';

/** Longer texts would take more than a tenth of a second to read by the text model. Part of the format. */
export const longestModelled = 2 ** 15;

/** Codes the texts of indexes. */
interface IndexModel {
  /** The text coded; nothing where that makes it no shorter. */
  encode(text: Uint8Array): Uint8Array | undefined;
  /** Throws where the bytes cannot be those of a text of that length. */
  decode(coded: Uint8Array, length: number): Buffer;
}

/** The same over any text model. Its pages are only taken where an index is read or written by it. */
export function modelOver(codec: Codec<Record<string, never>>): IndexModel {
  let workspace: Workspace | undefined;
  function inWorkspace<Result>(work: (workspace: Workspace) => Result): Result {
    workspace ??= new Workspace(modelBytes(longestModelled) + 2 ** 18);
    const mark = workspace.mark();
    try {
      return work(workspace);
    } finally {
      workspace.release(mark);
    }
  }
  return {
    encode: (text) =>
      inWorkspace((room) => {
        const { header } = codec.encode({ bytes: text, width: 1 }, {}, room);
        return header.length > 0 ? Buffer.from(header) : undefined;
      }),

    decode(coded, length) {
      if (length > longestModelled || coded.length === 0)
        throw new Error(`${length} bytes of text in ${coded.length} bytes`);
      return inWorkspace((room) =>
        Buffer.from(codec.decode({ header: coded, streams: [] }, { length, width: 1 }, room)),
      );
    },
  };
}

/** The model that has read some indexes behind what every text model has read. */
export const indexModel = modelOver(createText(textLoops, Buffer.concat([primer, indexPrimer])));
