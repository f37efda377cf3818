import type { DecidedTensor, TensorPreview } from '../../../contract/approximations.ts';
import type { Catalog } from '../../../contract/catalog.ts';
import type { Recipe } from '../../../contract/recipes.ts';
import { Actions } from '../../components/Actions.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Failure } from '../../components/Failure.tsx';
import { LinkButton } from '../../components/LinkButton.tsx';
import { usePreviews } from '../../host/approximations.ts';
import { bitsText } from '../../text/bits.ts';
import { visibleText } from '../../text/visible.ts';
import { TwoUp } from '../compare/TwoUp.tsx';
import { lossFacts } from './loss-facts.ts';
import classes from './Recipe.module.css';
import { withRule, type Rule } from './recipe-choice.ts';
import { keptWords, stepWords } from './step-words.ts';

interface TensorTrialProps {
  readonly path: string;
  readonly tensor: DecidedTensor;
  readonly recipe: Recipe;
  readonly methods: Catalog['methods'];
  readonly rules: readonly Rule[];
  readonly onRules: (rules: readonly Rule[]) => void;
  readonly onClose: () => void;
}

/** One tensor before and after, from really approximating a sample of it, and what else may become of it. */
export function TensorTrial({ path, tensor, recipe, methods, rules, onRules, onClose }: TensorTrialProps) {
  const { name } = tensor;
  const { previewOf, error } = usePreviews(path, recipe, [tensor]);
  const preview = previewOf(tensor);
  const own = rules.find(({ match }) => match === name);
  const put = (rule: Rule | undefined) => () => onRules(withRule(rules, name, rule));
  const [first] = methods;
  return (
    <section aria-label={`What becomes of ${visibleText(name)}`} className={classes.trial}>
      <div className={classes.head}>
        <h2>{visibleText(name)}</h2>
        {preview !== undefined && <span className={classes.quiet}>{trialWords(preview, methods)}</span>}
      </div>
      <Actions>
        {(own === undefined || !('keep' in own)) && (
          <LinkButton onClick={put({ match: name, keep: true })}>Keep it exactly</LinkButton>
        )}
        {first !== undefined && (own === undefined || 'keep' in own) && (
          <LinkButton onClick={put({ match: name, method: first.id })}>Treat it otherwise</LinkButton>
        )}
        {own !== undefined && <LinkButton onClick={put(undefined)}>Treat it as all others</LinkButton>}
        <LinkButton onClick={onClose}>Close</LinkButton>
      </Actions>
      {error && <Failure error={error} />}
      {preview === undefined && !error && <p role="status">Approximating a sample of it …</p>}
      {preview?.loss !== undefined && preview.bitsPerWeight !== undefined && (
        <Facts facts={[['Bits for each weight', bitsText(preview.bitsPerWeight)], ...lossFacts(preview.loss)]} />
      )}
      {preview?.before !== undefined && preview.after !== undefined && (
        <TwoUp
          name={name}
          left={{ title: 'Before', histogram: preview.before }}
          right={{ title: '~ After', histogram: preview.after }}
        />
      )}
    </section>
  );
}

function trialWords({ step, kept }: TensorPreview, methods: Catalog['methods']): string {
  return kept !== undefined || step === undefined ? keptWords(kept) : `~ ${stepWords(step, methods)}`;
}
