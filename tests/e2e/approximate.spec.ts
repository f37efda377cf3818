import { check } from './check.ts';
import { expect, test } from './window.ts';

test('a model is approximated by a method, an option and a rule, and its result says so', async ({ window }) => {
  await window.getByRole('button', { name: 'Try the sample' }).click();
  await expect(window.getByRole('row', { name: /fc1.weight/ })).toBeVisible();
  await window.getByText('Approximate', { exact: true }).click();
  await expect(window.getByRole('radio', { name: /^Nearly the same/ })).toBeChecked();
  await expect(window.getByText(/^~ \d+ kB$/)).toBeVisible();
  await check(window, 'levels');
  await window.getByRole('radio', { name: /^By hand/ }).press('Space');
  const table = window.getByRole('grid', { name: 'Recipe by tensor' });
  const row = table.getByRole('row', { name: /fc1.weight/ });
  await expect(row).toContainText(/~ .*\d %/);
  await expect(table.getByRole('row', { name: /fc1.bias/ })).toContainText('Kept exactly: it is a bias');
  await window.getByRole('radio', { name: /^Whole numbers/ }).check();
  await window.getByRole('textbox', { name: 'Bits' }).fill('6');
  await expect(row).toContainText('bits 6');
  await table.focus();
  await table.press('Home');
  await table.press('Enter');
  const trial = window.getByRole('region', { name: 'What becomes of fc1.weight' });
  await expect(trial.getByText('Relative error')).toBeVisible();
  await expect(trial.getByRole('figure', { name: 'Weights of fc1.weight' })).toBeVisible();
  await check(window, 'approximate');
  await trial.getByRole('button', { name: 'Keep it exactly' }).click();
  await expect(window.getByRole('textbox', { name: 'Tensors of rule 1' })).toHaveValue('fc1.weight');
  await expect(row).toContainText('Kept exactly: the recipe says so');
  await trial.getByRole('button', { name: 'Treat it as all others' }).click();
  await expect(row).toContainText('bits 6');
  await window.getByRole('button', { name: 'Compress approximately' }).click();
  await expect(window.getByText(/approximated at ~ .* Proved: the archive gives back these weights/)).toBeVisible();
  await expect(window.getByRole('button', { name: /Replace the original|Move the original/ })).toHaveCount(0);
  const lost = window.getByRole('grid', { name: 'Tensors of the result' });
  await expect(lost.getByRole('row', { name: /fc1.weight/ })).toContainText(/~ \d+\.\d %.* dB/);
  await expect(lost.getByRole('row', { name: /fc1.bias/ })).toContainText('exact');
  await check(window, 'result-approximate');
});

test('a level in plain words is all that has to be chosen', async ({ window }) => {
  await window.getByRole('button', { name: 'Try the sample' }).click();
  await window.getByText('Approximate', { exact: true }).click();
  await window.getByRole('radio', { name: /^Compact/ }).check();
  // The map tells what a weight takes as it is chosen now.
  await expect(window.getByRole('figure', { name: 'Where the bytes are' }).getByText('2 to 4')).toBeVisible();
  await window.getByRole('button', { name: 'Compress approximately' }).click();
  await expect(window.getByText(/Proved: the archive gives back these weights/)).toBeVisible();
  const lost = window.getByRole('grid', { name: 'Tensors of the result' });
  await expect(lost.getByRole('row', { name: /fc1.weight/ })).toContainText('grid');
});

test('all methods are tried on a model, and one of them is taken by keyboard', async ({ window }) => {
  await window.getByRole('button', { name: 'Try the sample' }).click();
  await window.getByText('Approximate', { exact: true }).click();
  await window.getByRole('radio', { name: /^By hand/ }).check();
  await window.getByRole('button', { name: 'Try all methods' }).click();
  const points = window.getByRole('grid', { name: 'Methods that were tried' });
  await expect(points).toBeVisible();
  await expect(window.getByRole('button', { name: 'Try again' })).toBeVisible({ timeout: 60_000 });
  await expect(window.getByRole('img', { name: /Size and error of all methods/ })).toBeVisible();
  await points.getByRole('row', { name: /Whole numbers \(bits 4\)/ }).scrollIntoViewIfNeeded();
  await check(window, 'methods');
  // Rows are numbered behind the last dash of their id, whatever methods stand before.
  const wanted = await points.getByRole('row', { name: /Whole numbers \(bits 6\)/ }).getAttribute('id');
  await points.focus();
  for (let step = Number(wanted?.split('-').at(-1)); step > 0; step--) await points.press('ArrowDown');
  await points.press('Enter');
  await expect(window.getByRole('radio', { name: /^Whole numbers/ })).toBeChecked();
  await expect(window.getByRole('textbox', { name: 'Bits' })).toHaveValue('6');
});
