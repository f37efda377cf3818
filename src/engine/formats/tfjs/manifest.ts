import { limits } from '../../limits.ts';
import type { JsonReader } from '../json-reader.ts';

/** A weight of a manifest; `dtype` is how its bytes are stored, which quantization changes. */
export interface Weight {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Weights that stand one behind the other in files that are read as if joined. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly Weight[];
}

/** Reads the list of groups that comes next. Throws MalformedFileError. */
export function readManifest(json: JsonReader): readonly WeightGroup[] {
  const groups: WeightGroup[] = [];
  let weightCount = 0;
  json.array(() => {
    const paths: string[] = [];
    const weights: Weight[] = [];
    json.object((key) => {
      if (key === 'paths')
        json.array(() => {
          if (paths.length === limits.modelFiles) json.fail(`more than ${limits.modelFiles} files`);
          paths.push(json.string());
        });
      else if (key === 'weights')
        json.array(() => {
          weightCount += 1;
          if (weightCount > limits.tensors) json.fail(`more than ${limits.tensors} weights`);
          weights.push(readWeight(json));
        });
      else json.skip();
    });
    // Each weight is looked for in each file.
    if (paths.length * weights.length > limits.tableFields)
      json.fail(`${weights.length} weights in ${paths.length} files`);
    groups.push({ paths, weights });
  });
  return groups;
}

function readWeight(json: JsonReader): Weight {
  const shape: number[] = [];
  let [name, dtype, stored] = ['', '', ''];
  json.object((key) => {
    if (key === 'name') name = json.string();
    else if (key === 'dtype') dtype = json.string();
    else if (key === 'shape')
      json.array(() => {
        if (shape.length === limits.rank) json.fail(`a shape with more than ${limits.rank} extents`);
        shape.push(json.count());
      });
    else if (key === 'quantization')
      json.object((part) => {
        if (part === 'dtype') stored = json.string();
        else json.skip();
      });
    else json.skip();
  });
  return { name, dtype: stored || dtype, shape };
}
