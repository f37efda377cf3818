import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileSource } from '../../../src/engine/io/file-source.ts';
import { readGraph, reachableNodes } from '../../../src/engine/onnx/index.ts';
import { compareLayers } from '../../../src/evaluation/compare/layers.ts';
import { loadModel } from '../../../src/evaluation/inference/session.ts';
import { writeWithOutputs } from '../../../src/evaluation/models/with-outputs.ts';
import { folderWith } from '../../support/folder.ts';
import { growingNetwork, loopNetwork, scanNetwork } from '../../support/onnx-loops.ts';
import { ints, weights } from '../../support/onnx-models.ts';

const nothing = (): undefined => undefined;

async function compared(original: Uint8Array, candidate: Uint8Array) {
  const folder = await folderWith({ 'original.onnx': original, 'candidate.onnx': candidate });
  const [one, other] = [join(folder, 'original.onnx'), join(folder, 'candidate.onnx')];
  return await compareLayers({ original: one, candidate: other, items: 2, frames: 1, seed: 1, threads: 1 }, nothing);
}

/** What a model gives of `x` when its values with these names are outputs too, and what it gives by itself. */
async function answersOf(content: Uint8Array, rows: number, names: readonly string[]) {
  const folder = await folderWith({ 'model.onnx': content });
  const path = join(folder, 'more.onnx');
  {
    await using source = await FileSource.open(join(folder, 'model.onnx'));
    await writeWithOutputs(source, await readGraph(source), names, path);
  }
  await using model = await loadModel(path, 1);
  const x = { type: 'float32', shape: [rows, 64], data: weights(64 * rows, 3) };
  return await model.run(new Map([['x', x]]));
}

describe('layers in loops', () => {
  test('are compared over all steps of a Loop', async () => {
    const { layers, missing, notes } = await compared(loopNetwork(15), loopNetwork(16));
    expect(layers.map(({ name }) => name)).toEqual(['b', 'h.next/steps']);
    expect(layers[0]?.relativeL2).toBe(0);
    expect(layers[1]?.relativeL2).toBeGreaterThan(0.5);
    expect([missing, notes]).toEqual([0, ['1 layer in loops is compared, over all steps.']]);
    const same = await compared(loopNetwork(15), loopNetwork(15));
    expect(same.layers.map(({ relativeL2 }) => relativeL2)).toEqual([0, 0]);
  });

  test('and of a loop in a loop', async () => {
    const { layers } = await compared(loopNetwork(15, true), loopNetwork(16, true));
    expect(layers.map(({ name }) => name)).toEqual(['b', 'i.next/steps/steps']);
    expect(layers[1]?.relativeL2).toBeGreaterThan(0.5);
    const answers = await answersOf(loopNetwork(15, true), 4, ['i.next/steps/steps']);
    const steps = answers.get('i.next/steps/steps');
    expect(steps?.shape).toEqual([2, 2, 4, 64]);
    expect(steps?.data.subarray(-256)).toEqual(answers.get('y')?.data);
  });

  test('are the values that the loop worked with', async () => {
    const answers = await answersOf(loopNetwork(), 4, ['h.next/steps', 'b']);
    const steps = answers.get('h.next/steps');
    expect(steps?.shape).toEqual([2, 4, 64]);
    expect(steps?.data.subarray(256)).toEqual(answers.get('y')?.data);
    expect(steps?.data.subarray(0, 256)).not.toEqual(answers.get('b')?.data);
  });

  test('are compared in a Scan, of which each sum is that of the parts so far', async () => {
    const { layers } = await compared(scanNetwork(4), scanNetwork(5));
    expect(layers).toMatchObject([{ name: 'part/steps', node: 'part.MatMul', operator: 'MatMul' }]);
    expect(layers[0]?.relativeL2).toBeGreaterThan(0.5);
    const answers = await answersOf(scanNetwork(4), 3, ['part/steps']);
    const [parts, sums] = [answers.get('part/steps')!.data as Float32Array, answers.get('y')!.data as Float32Array];
    for (let at = 0; at < 64; at++) expect(parts[at]! + parts[at + 64]!).toBeCloseTo(sums[at + 64]!, 4);
  });

  test('whose steps give more and more are told to be what no runtime puts into one, and the others compared', async () => {
    const { layers, notes } = await compared(growingNetwork(15), growingNetwork(16));
    expect(layers.map(({ name, relativeL2 }) => [name, relativeL2])).toEqual([['b', 0]]);
    expect(notes?.at(-1)).toMatch(/^1 layers? in loops could not be compared: /);
  });

  test('are left, and told, where a Scan says the axes of all its outputs', async () => {
    const scan = scanNetwork(4, ints('scan_output_axes', 0));
    const folder = await folderWith({ 'model.onnx': scan });
    await using source = await FileSource.open(join(folder, 'model.onnx'));
    expect(reachableNodes(await readGraph(source)).map(({ node }) => node.operator)).toEqual(['Scan']);
    await expect(compared(scan, scan)).rejects.toThrow(/1 layer in loops is not compared.*"part\.MatMul"/);
  });
});
