import type { ExportTarget } from './export.ts';
import { ggufTargets } from './gguf/index.ts';
import { onnxTargets } from './onnx/index.ts';
import { mergedTargets } from './onnx-merged/index.ts';
import { narrowTarget } from './onnx-narrow/index.ts';
import { safetensorsTargets } from './safetensors/index.ts';
import { znnTarget } from './znn/index.ts';

/** Every kind of file that another program runs; the order is that of lists. */
export const exportTargets: readonly ExportTarget[] = [
  ...onnxTargets,
  ...mergedTargets,
  narrowTarget,
  ...safetensorsTargets,
  ...ggufTargets,
  znnTarget,
];
