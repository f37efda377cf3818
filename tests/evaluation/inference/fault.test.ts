import { expect, test } from 'vitest';
import { runtimeFault } from '../../../src/evaluation/inference/fault.ts';

test.each([
  ['At least one output should be requested.', 'it has no outputs.'],
  [
    'Load model from /tmp/x y/captured.onnx failed:Fatal error: my.domain:Magic(-1) is not a registered function/op',
    'the operator my.domain:Magic is missing in this runtime.',
  ],
  [
    'Load model from /tmp/x y/captured.onnx failed: ONNX Runtime only *guarantees* support for official versions. Opset 99 is under development and support for this is limited. Current official support for domain ai.onnx is till opset 25.',
    'it needs operator set 99; this runtime knows those up to 25.',
  ],
  [
    "Load model from /tmp/x y/captured.onnx failed:This is an invalid model. Type Error: Type 'tensor(bfloat16)' of input parameter (x) of operator (Conv) in node (first) is invalid.",
    'the node "first" (Conv) computes with BF16 numbers, which this runtime has no operators for; a copy of the model in F16 or F32 can run.',
  ],
  ['Load model from /tmp/x y/captured.onnx failed:Node (y) is strange', 'Node (y) is strange'],
])('a fault of a copy is told of the model itself, in words: %s', (message, words) => {
  const fault = runtimeFault(new Error(message), '/tmp/x y/captured.onnx', '/models/mine.onnx');
  expect(fault).toMatchObject({
    code: 'UNSUPPORTED',
    message: `"mine.onnx" cannot run: ${words}`,
    facts: { path: '/models/mine.onnx' },
  });
});
