import { quantizerById } from '../../quantizers/catalog.ts';
import { isPieceDType, type PieceDType } from '../../quantizers/frame.ts';
import type { Geometry, Quantizer } from '../../quantizers/quantizer.ts';
import type { TensorStatistics } from '../../quantizers/statistics.ts';
import { floatWidth } from '../../tensor/floats.ts';
import type { TensorRange } from '../../tensor/tensor.ts';
import { matchesPattern, stepOf, type MethodStep, type Recipe } from './recipe.ts';
import { geometryOf, type TensorRole } from '../../models/roles.ts';
import { tableReason } from './tables.ts';

/** Up to this many numbers a tensor costs little and often matters much. */
const smallCount = 1000;

/** A first layer up to this size is treated more finely; what that costs in a larger one is better spent on all. */
const shortFirst = 16_384;

/** A tensor that is to be approximated, as far as its table of contents tells. */
export interface Candidate {
  readonly kind: 'candidate';
  readonly step: MethodStep;
  readonly dtype: PieceDType;
  readonly geometry: Geometry;
  readonly role: TensorRole;
  /** A rule of the recipe names it, so no care is taken. */
  readonly isAsked: boolean;
}

/** A tensor that is stored exactly, and why, in words. */
export interface Kept {
  readonly kind: 'kept';
  readonly reason: string;
}

export type Decision = Candidate | Kept;

const kept = (reason: string): Kept => ({ kind: 'kept', reason });

/** What becomes of a tensor, before any of its numbers is seen; `hasBase` where a base model has one like it. */
export function chooseFor(tensor: TensorRange, role: TensorRole, recipe: Recipe, hasBase = false): Decision {
  const rule = ruleFor(tensor, role, recipe);
  if (rule && 'keep' in rule) return kept('the recipe says so');
  const asked = rule ?? recipe.default;
  if (asked === undefined) return kept('the recipe does not name it');
  const { dtype } = tensor;
  const count = tensor.shape.reduce((all, extent) => all * extent, 1);
  if (!isPieceDType(dtype)) return kept(`${dtype} numbers are no floats`);
  if (count === 0 || count >= 2 ** 32 || count * floatWidth(dtype) !== tensor.byteLength)
    return kept('its shape does not fit its bytes');
  if (tensor.isChecked) return kept('the file has a checksum over it, and programs would refuse other numbers');
  const isAsked = rule !== undefined;
  const careful = !isAsked && recipe.automatic;
  if (careful) {
    const reason = carefulReason(tensor, role, count);
    if (reason !== undefined) return kept(reason);
  }
  const step = stepOf(asked, isAsked ? 'a rule of the recipe' : undefined);
  const matrices = role.isStack && tensor.shape[0];
  const geometry = { ...geometryOf(tensor.shape, role.channelAxis), ...(matrices && { matrices }) };
  const quantizer = quantizerById(step.method);
  if (quantizer?.needsBase && !hasBase) return kept('no base model that was given has it');
  const refusal = quantizer?.refuses?.(geometry, step.options);
  if (refusal !== undefined) return kept(refusal);
  const options = (careful && quantizer && carefulOptions(quantizer, step.options, role, count)) || step.options;
  return {
    kind: 'candidate',
    step: { ...step, options: options as MethodStep['options'] },
    dtype,
    geometry,
    role,
    isAsked,
  };
}

/** The rule of a recipe that counts for a tensor, if there is one. */
export function ruleFor(
  { name }: Pick<TensorRange, 'name'>,
  { names }: TensorRole,
  { rules }: Recipe,
): Recipe['rules'][number] | undefined {
  const all = [name, ...names];
  return rules.find(({ match }) => all.some((known) => matchesPattern(known, match)));
}

function carefulReason({ shape }: TensorRange, { role }: TensorRole, count: number): string | undefined {
  if (role === 'normalization') return 'it belongs to a normalization';
  if (role === 'bias') return 'it is a bias';
  if (shape.filter((extent) => extent > 1).length < 2) return 'it is one row of numbers';
  if (count <= smallCount) return `it is small: ${count} numbers`;
  return undefined;
}

/** Options for a tensor that needs care, where the method has such. */
function carefulOptions(quantizer: Quantizer, options: unknown, role: TensorRole, count: number): unknown {
  if (isSensitive(role, count)) return quantizer.finer?.(options);
  if (role.tellsWords) return quantizer.forHeads?.(options);
  return role.role === 'convolution' ? quantizer.forConvolutions?.(options) : undefined;
}

/** Where errors spread furthest, and finer steps cost little. */
function isSensitive({ role, position }: TensorRole, count: number): boolean {
  return role === 'depthwise' || (position === 'first' && count <= shortFirst);
}

/** Why numbers that were now seen must be kept after all. */
export function keptAfterAll(
  tensor: TensorRange,
  { geometry, role, isAsked }: Candidate,
  statistics: TensorStatistics,
  recipe: Recipe,
): Kept | undefined {
  if (statistics.notFinite > 0) return kept('it has infinities or what is not a number');
  if (isAsked || !recipe.automatic) return undefined;
  const reason = tableReason([tensor.name, ...role.names], geometry, statistics);
  return reason === undefined ? undefined : kept(reason);
}
