import { z } from 'zod';
import type { MetadataValue } from './file.ts';
import type { LlamaConfig } from './metadata.ts';

const tokenId = z.int().min(0).max(10_000_000);
const unknownShape = z.unknown().optional();

/** What is read of a `tokenizer.json` of the tokenizers library. */
const tokenizerShape = z.object({
  added_tokens: z.array(z.object({ id: tokenId, content: z.string(), special: z.boolean() })).optional(),
  normalizer: unknownShape,
  pre_tokenizer: unknownShape,
  post_processor: unknownShape,
  model: z.object({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), tokenId),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    byte_fallback: z.boolean().nullish(),
    unk_token: z.string().nullish(),
  }),
});
type Tokenizer = z.infer<typeof tokenizerShape>;

/** A tokenizer as GGUF has it. */
export interface TokenizerMetadata {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  /** What a person should know of it. */
  readonly notices: readonly string[];
}

/** Kinds of tokens, by their numbers in the file. */
const kinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** How llama.cpp calls ways to cut text before merging, by what their expressions have. */
const knownCuts: readonly (readonly [string, RegExp])[] = [
  ['llama-bpe', /\(\?i:'s\|'t.*\\p\{N\}\{1,3\}/],
  ['qwen2', /\(\?i:'s\|'t.*\\p\{N\}\|/],
];

/**
 * Metadata of a BPE tokenizer: byte-level ones as `gpt2` with their merges, those that fall back to bytes as `llama`, whose
 * scores are the order of the merges, which makes llama.cpp merge in that order too. `undefined` for other kinds.
 */
export function tokenizerMetadata(
  json: string,
  { vocab_size, bos_token_id, eos_token_id }: LlamaConfig,
): TokenizerMetadata | undefined {
  const tokenizer = parse(json);
  if (tokenizer === undefined) return undefined;
  const { model, added_tokens = [] } = tokenizer;
  const fallsBack = model.byte_fallback === true;
  const tokens = Array.from({ length: vocab_size }, (_, id) => `[PAD${id}]`);
  const types = tokens.map((): number => kinds.unused);
  const put = (content: string, id: number, type: number): void => {
    if (id < vocab_size) [tokens[id], types[id]] = [content, type];
  };
  for (const [content, id] of Object.entries(model.vocab))
    put(content, id, fallsBack && /^<0x[0-9A-F]{2}>$/.test(content) ? kinds.byte : kinds.normal);
  for (const { content, id, special } of added_tokens) put(content, id, special ? kinds.control : kinds.userDefined);
  const unknown = typeof model.unk_token === 'string' ? tokens.indexOf(model.unk_token) : -1;
  if (unknown >= 0) types[unknown] = kinds.unknown;

  const merges = model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  const cut = cutOf(tokenizer);
  const ends = endsOf(tokenizer);
  const metadata = new Map<string, MetadataValue>([
    ['tokenizer.ggml.model', { string: fallsBack ? 'llama' : 'gpt2' }],
    ['tokenizer.ggml.pre', { string: fallsBack ? 'default' : (cut ?? 'default') }],
    ['tokenizer.ggml.tokens', { strings: tokens }],
    ['tokenizer.ggml.token_type', { ints: types }],
    ...(fallsBack
      ? ([
          ['tokenizer.ggml.scores', { floats: scoresOf(tokens, merges) }],
          ['tokenizer.ggml.add_space_prefix', { bool: beginsWithSpace(tokenizer) }],
        ] as const)
      : ([['tokenizer.ggml.merges', { strings: merges }]] as const)),
    ['tokenizer.ggml.add_bos_token', { bool: ends.begin }],
    ['tokenizer.ggml.add_eos_token', { bool: ends.end }],
  ]);
  const ids = { bos: bos_token_id, eos: Array.isArray(eos_token_id) ? (eos_token_id as unknown[])[0] : eos_token_id };
  for (const [name, id] of Object.entries({ ...ids, unknown: unknown < 0 ? undefined : unknown }))
    if (typeof id === 'number') metadata.set(`tokenizer.ggml.${name}_token_id`, { uint: id });
  return {
    metadata,
    notices:
      fallsBack || cut !== undefined
        ? []
        : [
            'The tokenizer cuts text in a way that has no name in llama.cpp; its default is written, and may cut otherwise.',
          ],
  };
}

function parse(json: string): Tokenizer | undefined {
  try {
    return tokenizerShape.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** Minus the rank of the first merge that makes a token; those that none makes come after all others. */
function scoresOf(tokens: readonly string[], merges: readonly string[]): readonly number[] {
  const ranks = new Map<string, number>();
  for (const [rank, merge] of merges.entries()) {
    const token = merge.replace(' ', '');
    if (!ranks.has(token)) ranks.set(token, rank);
  }
  return tokens.map((token) => -(ranks.get(token) ?? merges.length));
}

/** The name of how a byte-level tokenizer cuts text first, if it has one. */
function cutOf({ pre_tokenizer }: Tokenizer): string | undefined {
  const parts = stepsOf(pre_tokenizer, 'pretokenizers');
  const expressions = parts.flatMap(({ type, pattern }) => {
    const expression = isStep(pattern) ? pattern['Regex'] : undefined;
    return type === 'Split' ? [typeof expression === 'string' ? expression : ''] : [];
  });
  if (expressions.length === 0)
    return parts.some(({ type, use_regex }) => type === 'ByteLevel' && use_regex !== false) ? 'gpt-2' : undefined;
  const [only = '', ...more] = expressions;
  return more.length > 0 ? undefined : knownCuts.find(([, has]) => has.test(only))?.[0];
}

/** Whether text gets a space in front before it is cut. */
function beginsWithSpace({ normalizer, pre_tokenizer }: Tokenizer): boolean {
  return [...stepsOf(normalizer, 'normalizers'), ...stepsOf(pre_tokenizer, 'pretokenizers')].some(
    ({ type, prepend_scheme, add_prefix_space }) =>
      type === 'Prepend' || (type === 'Metaspace' && prepend_scheme !== 'never' && add_prefix_space !== false),
  );
}

/** Whether a text gets a token at its begin and at its end. */
function endsOf({ post_processor }: Tokenizer): { readonly begin: boolean; readonly end: boolean } {
  const template = stepsOf(post_processor, 'processors').find(({ type }) => type === 'TemplateProcessing');
  const single = Array.isArray(template?.['single']) ? (template['single'] as unknown[]) : [];
  const isSpecial = (part: unknown): boolean => isStep(part) && 'SpecialToken' in part;
  return { begin: isSpecial(single[0]), end: single.length > 1 && isSpecial(single.at(-1)) };
}

type Step = Readonly<Record<string, unknown>>;

function isStep(value: unknown): value is Step {
  return typeof value === 'object' && value !== null;
}

/** The steps of a part of the tokenizer: one, or the list of a `Sequence`. */
function stepsOf(part: unknown, list: string): readonly Step[] {
  if (!isStep(part)) return [];
  const inner = part[list];
  return Array.isArray(inner) ? inner.flatMap((each) => stepsOf(each, list)) : [part];
}

/** How a conversation becomes text, from a `tokenizer_config.json`; `undefined` where it does not say. */
export function chatTemplate(json: string): string | undefined {
  try {
    return z.object({ chat_template: z.string() }).safeParse(JSON.parse(json)).data?.chat_template;
  } catch {
    return undefined;
  }
}
