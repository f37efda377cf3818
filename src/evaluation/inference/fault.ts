import { basename } from 'node:path';
import { FeatherweightError } from '../../engine/errors.ts';

/** What the runtime's messages mean, most telling first; the groups are put into the words. */
const meanings: readonly (readonly [RegExp, (...groups: string[]) => string])[] = [
  [
    /Type 'tensor\(bfloat16\)' of input parameter \([^)]*\) of operator \(([^)]*)\) in node \(([^)]*)\) is invalid/,
    (operator, node) =>
      `the node "${node}" (${operator}) computes with BF16 numbers, which this runtime has no operators for; a copy of the model in F16 or F32 can run`,
  ],
  [
    /Could not find an implementation for (\S+)\((\d+)\) node with name '([^']*)'/,
    (operator, version, node) =>
      `the operator ${operator} (version ${version}) of the node "${node}" is missing in this runtime for the number types it is given`,
  ],
  [
    /No Op registered for (\S+) with domain_version of (\d+)/i,
    (operator, version) => `the operator ${operator} does not exist in version ${version} of its operator set`,
  ],
  [
    /Fatal error: (\S+?)(?:\(-?\d+\))? is not a registered function\/op/,
    (operator) => `the operator ${operator} is missing in this runtime`,
  ],
  [
    /opset (\d+) is under development and support for this is limited\. .*?till opset (\d+)/is,
    (found, most) => `it needs operator set ${found}; this runtime knows those up to ${most}`,
  ],
  [
    /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    (found, most) => `it is written in ONNX version ${found}; this runtime reads those up to ${most}`,
  ],
  [
    /Got invalid dimensions for input: (\S+) for the following indices\s+(.*)/s,
    (input, places) =>
      `its input "${input}" has another shape than the task gives: ${places.replace(/\s+/g, ' ').trim()}`,
  ],
  [
    /Invalid rank for input: (\S+) Got: (\d+) Expected: (\d+)/,
    (input, found, expected) => `its input "${input}" has ${expected} axes; the task gives ${found}`,
  ],
  [
    /Unexpected input data type\. Actual: \(([^)]*)\)\s*, expected: \(([^)]*)\)/,
    (found, expected) => `one of its inputs takes ${expected}; the task gives ${found}`,
  ],
  [
    /Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: (.*)/s,
    (operator, node, reason) => `the node "${node}" (${operator}) failed: ${reason.trim()}`,
  ],
  [
    /External data path does not exist: "([^"]*)"/,
    (path) => `the file "${basename(path)}" that holds its weights is missing beside it`,
  ],
  [
    /External data path .*? (?:does not exist|not found).*|.*\[external_data\].*|.*Failed to (?:open|load) external data.*/is,
    () => 'a file that holds its weights is missing beside it',
  ],
  [/Protobuf parsing failed|ModelProto does not have a graph/, () => 'it is no ONNX model, or it is cut short'],
  [/At least one output should be requested/, () => 'it has no outputs'],
  [/NO_SUCHFILE|File doesn't exist/, () => 'the file does not exist'],
];

/**
 * Why a model cannot run, from what the runtime threw; an engine failure stays what it is. The model is told by the path that a person
 * knows it by, which may be another than the `path` of a copy that was run.
 */
export function runtimeFault(thrown: unknown, path: string, known = path): FeatherweightError {
  if (thrown instanceof FeatherweightError) return thrown;
  // Where in its own source the runtime noticed is of no use to anybody here.
  const raw = (thrown instanceof Error ? thrown.message : String(thrown))
    .replaceAll(/:?\/onnxruntime_src\/\S+(?: [^()]*\([^)]*\)(?: const)?)?\s*/g, ': ')
    .replace(`Load model from ${path} failed:`, '');
  const facts = { path: known, runtime: raw.slice(0, 2000) };
  for (const [pattern, words] of meanings) {
    const match = pattern.exec(raw);
    if (match)
      return new FeatherweightError('UNSUPPORTED', `"${basename(known)}" cannot run: ${words(...match.slice(1))}.`, {
        facts,
        cause: thrown,
      });
  }
  return new FeatherweightError('UNSUPPORTED', `"${basename(known)}" cannot run: ${raw.slice(0, 600)}`, {
    facts,
    cause: thrown,
  });
}
