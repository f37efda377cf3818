import { Link } from 'wouter';
import type { Catalog } from '../../../contract/catalog.ts';
import { fitLink } from '../../text/links.ts';
import { ByHand } from './ByHand.tsx';
import { byHand, LevelChoice } from './LevelChoice.tsx';
import type { RecipeChoice } from './recipe-choice.ts';

interface ApproximateChoiceProps {
  readonly path: string;
  readonly name: string;
  readonly levels: Catalog['levels'];
  readonly methods: Catalog['methods'];
  readonly choice: RecipeChoice;
  readonly onChange: (choice: RecipeChoice) => void;
}

/** How weights are approximated: by a level in plain words, or all of it chosen by hand, which starts from the level. */
export function ApproximateChoice({ path, name, levels, methods, choice, onChange }: ApproximateChoiceProps) {
  const level = levels.find(({ id }) => id === choice.method);
  // An opened recipe may say more than a level does.
  const isLevel = level !== undefined && choice.rules.length === 0 && choice.automatic;
  const method = level?.method ?? choice.method;
  const choose = (id: string) => {
    onChange({ method: id === byHand ? method : id, options: {}, rules: [], automatic: true });
  };
  return (
    <>
      <LevelChoice levels={levels} value={isLevel ? level.id : byHand} onChange={choose} />
      <p>
        With sample inputs more is possible: <Link href={fitLink(path)}>Fit it into a size</Link>, and bits go where
        they matter to what the model answers.
      </p>
      {!isLevel && <ByHand {...{ path, name, methods, onChange }} choice={{ ...choice, method }} />}
    </>
  );
}
