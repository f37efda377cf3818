import { expect, test } from 'vitest';
import { listCatalog } from '../src/engine/index.ts';
import { optionFields } from '../src/renderer/features/approximate/option-fields.ts';

test('every option of every method of the engine has a field with words and a default', async () => {
  const { methods } = await listCatalog();
  expect(methods.length).toBeGreaterThan(0);
  for (const { options } of methods) {
    const fields = optionFields(options);
    expect(fields.map(({ id }) => id)).toEqual(Object.keys(options['properties'] as object));
    for (const { title, says, value } of fields) {
      expect([title, says]).not.toContain('');
      expect(value).toBeDefined();
    }
  }
});
