import { expect, test } from 'vitest';
import { parseMethod, recipeFor } from '../../src/cli/commands/method.ts';
import { listCatalog } from '../../src/engine/index.ts';
import { parseRecipe } from '../../src/engine/pipeline/approximate/recipe.ts';

/** What the schema of a method says of one of its options. */
interface Property {
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number | boolean;
}

test('every value that an option of a method may have can be written on the command line', async () => {
  const catalog = await listCatalog();
  let count = 0;
  for (const { id, options } of catalog.methods) {
    const properties = options['properties'] as Readonly<Record<string, Property>>;
    for (const [name, { enum: choices, minimum, maximum, default: usual }] of Object.entries(properties))
      for (const value of [...(choices ?? [minimum, maximum]), usual])
        if (value !== undefined) {
          const recipe = recipeFor(parseMethod(`${id}:${name}=${String(value)}`), catalog);
          expect(parseRecipe(recipe).default).toEqual({ method: id, options: { [name]: value } });
          count += 1;
        }
  }
  expect(count).toBeGreaterThan(100);
});

test('levels and methods without options stay as they are, and unknown ones are left to the engine', async () => {
  const catalog = await listCatalog();
  for (const text of ['near', 'grid', 'unknown'])
    expect(recipeFor(parseMethod(text), catalog)).toEqual({ default: { method: text, options: {} } });
  expect(recipeFor(parseMethod('unknown:a=1,b=true,c=x=y'), catalog)).toEqual({
    default: { method: 'unknown', options: { a: 1, b: true, c: 'x=y' } },
  });
});

test.each(['int:bits', 'int:=4', 'int:bits=8,', 'int:bits=8, bits=4', 'In t', ''])('"%s" is refused', (text) => {
  expect(() => parseMethod(text)).toThrow();
});
