import { readFile } from 'node:fs/promises';
import { MalformedFileError } from '../../engine/errors.ts';
import { taskPath } from '../task/path.ts';
import type { MetricSpec } from '../task/schema.ts';

/** What each token stands for. */
export interface TokenTexts {
  readonly texts: readonly string[];
  /** Whether each character of a text stands for one byte. */
  readonly latin1: boolean;
}

/** The text of each token, where a metric of the task names them. Throws MALFORMED when the file has no such list. */
export async function readTokenTexts(metrics: readonly MetricSpec[], folder: string): Promise<TokenTexts | undefined> {
  const spec = metrics.find((metric) => metric.metric === 'bits-per-byte');
  if (spec === undefined) return undefined;
  const { file, field } = spec.tokens;
  const whole: unknown = JSON.parse(await readFile(taskPath(folder, file), 'utf8'));
  const list = field === undefined ? whole : (whole as Readonly<Record<string, unknown>>)[field];
  if (!Array.isArray(list) || !list.every((text) => typeof text === 'string'))
    throw new MalformedFileError(`"${file}" has no list of texts${field === undefined ? '' : ` in "${field}"`}.`, {
      file,
    });
  return { texts: list, latin1: spec.latin1 };
}

/** A run of tokens as text; what is no token of the list is left out. */
export function joinTokens(tokens: ArrayLike<number>, { texts, latin1 }: TokenTexts): string {
  const text = Array.from(tokens, (token) => texts[token] ?? '').join('');
  return latin1 ? Buffer.from(text, 'latin1').toString('utf8') : text;
}
