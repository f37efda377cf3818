import { writeLinearTask } from '../support/linear-task.ts';
import { check } from './check.ts';
import { expect, test } from './window.ts';

test('sizes are measured, one is taken by keyboard, and the fitted archive tells how good it is', async ({
  window,
  folder,
}) => {
  const { task } = await writeLinearTask(folder);
  await window.getByRole('link', { name: 'Open from a folder of this machine' }).click();
  await window.getByRole('link', { name: 'models', exact: true }).click();
  await window.getByRole('link', { name: 'linear.onnx' }).click();
  await window.getByText('Approximate', { exact: true }).click();
  await window.getByRole('link', { name: 'Fit it into a size' }).press('Enter');
  await expect(window.getByRole('heading', { name: 'Fit linear.onnx' })).toBeVisible();
  await window.getByRole('combobox', { name: 'Inputs' }).selectOption('A task file of yours');
  await window.getByRole('textbox', { name: 'Task file' }).fill(task);
  await check(window, 'fit');
  await window.getByRole('radio', { name: 'Bits for each weight' }).press('Space');
  await window.getByRole('textbox', { name: 'Bits for each weight' }).fill('4');
  await window.getByRole('switch', { name: 'Layer after layer' }).press('Space');
  await window.getByRole('button', { name: 'Look for the best' }).press('Enter');
  const progress = window.getByRole('region', { name: 'Progress' });
  await expect(progress.getByText('Learned from')).toBeVisible();
  await expect(progress.getByText(/32 items of the task/)).toBeVisible();
  await expect(progress.getByText('layer after layer')).toBeVisible();
  const candidates = window.getByRole('grid', { name: 'Candidates' });
  await expect(candidates.getByRole('row', { name: /log loss/ }).first()).toBeVisible();
  await candidates.focus();
  await candidates.press('Enter');
  const chosen = window.getByRole('region', { name: 'The chosen candidate' });
  await expect(chosen.getByRole('figure', { name: 'Bits by tensor' })).toBeVisible();
  await expect(chosen.getByRole('row', { name: /^weight 16,384/ })).toBeVisible();
  await check(window, 'fit-done');
  await expect(window.getByRole('button', { name: /Replace the original|Move the original/ })).toHaveCount(0);
  await progress.getByRole('button', { name: 'Open the archive' }).press('Enter');
  await expect(window.getByRole('button', { name: 'Restore the approximated model' })).toBeVisible();
  await expect(window.getByText('Approximate', { exact: true })).toBeVisible();
  await window.getByRole('row', { name: /^weight F32/ }).click();
  const inspector = window.getByRole('complementary', { name: 'About weight' });
  await expect(inspector.getByRole('figure').first()).toBeVisible();
  await check(window, 'archive-approximate');
});
