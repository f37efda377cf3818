/** A message of Core ML that can lead to weights: its fields by number, each with the message it holds and its name. */
export interface MessageType {
  readonly fields: ReadonlyMap<number, readonly [MessageType, string]>;
}

function message(...rows: readonly (readonly [number, MessageType, string?])[]): MessageType {
  return { fields: new Map(rows.map(([number, type, name = '']) => [number, [type, name]])) };
}

/** Where the numbers are; its own fields are read by `weights.ts`. */
export const weightParams: MessageType = message();
const named = (names: Readonly<Record<number, string>>): MessageType =>
  message(...Object.entries(names).map(([number, name]) => [Number(number), weightParams, name] as const));

const weightsAndBias = named({ 20: 'weights', 21: 'bias' });
const activation = message(
  [25, named({ 1: 'alpha' }), 'PReLU'],
  [71, named({ 1: 'alpha', 2: 'beta' }), 'parametricSoftplus'],
);
const gru = named({
  30: 'updateGateWeightMatrix',
  31: 'resetGateWeightMatrix',
  32: 'outputGateWeightMatrix',
  50: 'updateGateRecursionMatrix',
  51: 'resetGateRecursionMatrix',
  52: 'outputGateRecursionMatrix',
  70: 'updateGateBiasVector',
  71: 'resetGateBiasVector',
  72: 'outputGateBiasVector',
});
const lstm = message([
  20,
  named({
    1: 'inputGateWeightMatrix',
    2: 'forgetGateWeightMatrix',
    3: 'blockInputWeightMatrix',
    4: 'outputGateWeightMatrix',
    20: 'inputGateRecursionMatrix',
    21: 'forgetGateRecursionMatrix',
    22: 'blockInputRecursionMatrix',
    23: 'outputGateRecursionMatrix',
    40: 'inputGateBiasVector',
    41: 'forgetGateBiasVector',
    42: 'blockInputBiasVector',
    43: 'outputGateBiasVector',
    60: 'inputGatePeepholeVector',
    61: 'forgetGatePeepholeVector',
    62: 'outputGatePeepholeVector',
  }),
]);

/** A layer of a network. Source: NeuralNetwork.proto of coremltools, every layer that has WeightParams. */
export const layer: MessageType = message(
  [100, named({ 90: 'weights', 91: 'bias' })],
  [130, activation],
  [140, weightsAndBias],
  [150, weightsAndBias],
  [160, named({ 15: 'gamma', 16: 'beta', 17: 'mean', 18: 'variance' })],
  [245, named({ 2: 'scale', 5: 'bias' })],
  [250, named({ 2: 'bias' })],
  [290, named({ 2: 'data' })],
  [400, named({ 30: 'weightMatrix', 31: 'recursionMatrix', 32: 'biasVector' })],
  [410, gru],
  [420, lstm],
  [430, lstm],
  [1040, weightsAndBias],
  [1045, named({ 8: 'weights', 9: 'bias' })],
  [1070, named({ 2: 'data' })],
  [1350, named({ 3: 'gamma', 4: 'beta' })],
  [1471, named({ 60: 'weights', 61: 'bias' })],
);

const network = message([1, layer]);
const pipelineFields = new Map<number, readonly [MessageType, string]>();
const pipeline: MessageType = { fields: pipelineFields };

/** The whole file: a network, or a pipeline of models. Source: Model.proto. */
export const model: MessageType = message(
  [200, message([1, pipeline])],
  [201, message([1, pipeline])],
  [202, pipeline],
  [303, network],
  [403, network],
  [500, network],
);
pipelineFields.set(1, [model, '']);
