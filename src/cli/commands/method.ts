import { InvalidArgumentError } from 'commander';
import type { EngineCatalog, RecipeInput } from '../../engine/index.ts';

/** A method or a level as it is written on a command line, its options still text. */
export interface MethodWords {
  readonly method: string;
  readonly settings: ReadonlyMap<string, string>;
}

/** Takes `grid` or `int:bits=4,clip=error` apart. */
export function parseMethod(text: string): MethodWords {
  const [method = '', ...rest] = text.split(':');
  const words = rest.join(':');
  const settings = new Map<string, string>();
  for (const setting of words === '' ? [] : words.split(',')) {
    const [before = '', ...value] = setting.split('=');
    const name = before.trim();
    if (name === '' || value.length === 0)
      throw new InvalidArgumentError('Allowed is a method, or method:option=value,option=value.');
    if (settings.has(name)) throw new InvalidArgumentError(`It gives ${name} twice.`);
    settings.set(name, value.join('=').trim());
  }
  if (!/^[a-z0-9-]+$/.test(method)) throw new InvalidArgumentError('`methods` lists the methods there are.');
  return { method, settings };
}

/**
 * A recipe that treats all weights so. The schema of the method tells which of its options are words, some of them digits; what
 * the values mean, and which are allowed, is the engine's to say.
 */
export function recipeFor({ method, settings }: MethodWords, { methods }: Pick<EngineCatalog, 'methods'>): RecipeInput {
  const schema = methods.find(({ id }) => id === method)?.options['properties'] as
    Readonly<Record<string, { readonly type?: string }>> | undefined;
  const options = [...settings].map(([name, text]) => [name, schema?.[name]?.type === 'string' ? text : valueOf(text)]);
  return { default: { method, options: Object.fromEntries(options) as Record<string, unknown> } };
}

function valueOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' || typeof value === 'boolean' ? value : text;
  } catch {
    return text;
  }
}
