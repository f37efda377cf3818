import { InvalidArgumentError } from 'commander';
import type { RecipeInput } from '../../engine/index.ts';

/** `grid` or `int:bits=4,clip=error` as a recipe that treats all weights so; what the options mean is the engine's to say. */
export function parseMethod(text: string): RecipeInput {
  const [method = '', ...rest] = text.split(':');
  const settings = rest.join(':');
  const options: Record<string, unknown> = {};
  for (const setting of settings === '' ? [] : settings.split(',')) {
    const [name = '', ...value] = setting.split('=');
    if (name === '' || value.length === 0)
      throw new InvalidArgumentError('Allowed is a method, or method:option=value,option=value.');
    options[name.trim()] = parseValue(value.join('=').trim());
  }
  if (!/^[a-z0-9-]+$/.test(method)) throw new InvalidArgumentError('`methods` lists the methods there are.');
  return { default: { method, options } };
}

function parseValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' || typeof value === 'boolean' ? value : text;
  } catch {
    return text;
  }
}
