import { check } from './check.ts';
import { expect, test } from './window.ts';

test('a model is approximated by a method, an option and a rule, and its result says so', async ({ window }) => {
  await window.getByRole('button', { name: 'Try the sample' }).click();
  await expect(window.getByRole('row', { name: /fc1.weight/ })).toBeVisible();
  await window.getByText('Approximate', { exact: true }).click();
  const table = window.getByRole('grid', { name: 'Recipe by tensor' });
  await expect(table.getByRole('row', { name: /fc1.weight/ })).toContainText('~');
  await window.getByRole('radio', { name: /^Whole numbers/ }).check();
  await window.getByRole('textbox', { name: 'Bits' }).fill('6');
  await expect(table.getByRole('row', { name: /fc1.weight/ })).toContainText('bits 6');
  await table.getByRole('row', { name: /fc1.weight/ }).click();
  await expect(window.getByRole('textbox', { name: 'Tensors of rule 1' })).toHaveValue('fc1.weight');
  await expect(table.getByRole('row', { name: /fc1.weight/ })).toContainText('kept exactly');
  await check(window, 'approximate');
  await window.getByRole('button', { name: 'Compress approximately' }).click();
  await expect(window.getByText(/approximated at ~ .* Proved: the archive gives back these weights/)).toBeVisible();
  await expect(window.getByRole('button', { name: /Replace the original|Move the original/ })).toHaveCount(0);
  await check(window, 'result-approximate');
});
