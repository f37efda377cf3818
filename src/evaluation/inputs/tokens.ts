import { readFile, stat } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { MalformedFileError, UsageError } from '../../engine/errors.ts';
import { taskPath } from '../task/path.ts';
import type { InputSpec } from '../task/schema.ts';
import { openNumbers, type Numbers } from './numbers.ts';
import type { ItemSource } from './source.ts';
import { elementsOf } from './tensor.ts';
import { joinTokens, type TokenTexts } from './token-texts.ts';

/** What is used of the library, whose own types cannot be resolved from an ES module. */
interface TextCutter {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: readonly number[] };
  decode(ids: readonly number[]): string;
}
const Cutter = Tokenizer as unknown as new (tokenizer: object, config: object) => TextCutter;

const mostTextBytes = 64 * 2 ** 20;

/**
 * Windows of a long row of tokens; each has the token after each of its own, so the last of them needs one more. Their text
 * is shown where a tokenizer or a known list of tokens tells it.
 */
export async function openTokens(
  spec: Extract<InputSpec, { from: 'tokens' }>,
  folder: string,
  unit: string,
  known?: TokenTexts,
): Promise<ItemSource> {
  const { data, text, tokenizer, window, stride = window, type } = spec;
  if ((data === undefined) === (text === undefined) || (text !== undefined && tokenizer === undefined))
    throw new UsageError('Tokens of a task come from "data" with numbers, or from "text" with a "tokenizer".');
  const cut = text === undefined ? undefined : await cutText(taskPath(folder, text), taskPath(folder, tokenizer ?? ''));
  const numbers = data === undefined ? inMemory(cut?.ids ?? []) : await openNumbers(taskPath(folder, data.file), data);
  return {
    count: Math.max(0, Math.floor((numbers.length - window - 1) / stride) + 1),
    doOverlap: stride < window,
    async item(place) {
      const tokens = await numbers.read(place * stride, window + 1);
      const shown = cut?.textOf(tokens) ?? (known && joinTokens(tokens, known));
      return {
        name: `${unit.replace(/s$/, '')} ${place + 1}`,
        frames: 1,
        frame: () => ({ type, shape: [1, window], data: elementsOf(type, tokens.subarray(0, window)) }),
        next: tokens.subarray(1),
        ...(shown !== undefined && { preview: () => Promise.resolve({ kind: 'text' as const, text: shown }) }),
      };
    },
    [Symbol.asyncDispose]: () => numbers[Symbol.asyncDispose](),
  };
}

async function cutText(
  path: string,
  tokenizerPath: string,
): Promise<{ ids: readonly number[]; textOf: (ids: Float64Array) => string }> {
  for (const file of [path, tokenizerPath]) {
    const { size } = await stat(file);
    if (size > mostTextBytes)
      throw new UsageError(`"${file}" has ${size} bytes; texts of at most ${mostTextBytes} are tokenized.`);
  }
  try {
    const tokenizer = new Cutter(JSON.parse(await readFile(tokenizerPath, 'utf8')) as object, {});
    const { ids } = tokenizer.encode(await readFile(path, 'utf8'), { add_special_tokens: false });
    return { ids, textOf: (some) => tokenizer.decode([...some]) };
  } catch (error) {
    throw new MalformedFileError(
      `"${tokenizerPath}" is no tokenizer.json that can be used: ${error instanceof Error ? error.message : String(error)}.`,
      { file: tokenizerPath },
    );
  }
}

function inMemory(ids: readonly number[]): Numbers {
  return {
    length: ids.length,
    shape: [ids.length],
    read: (offset, count) => Promise.resolve(Float64Array.from(ids.slice(offset, offset + count))),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
