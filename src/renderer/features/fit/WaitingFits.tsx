import { Link, useLocation } from 'wouter';
import { Failure } from '../../components/Failure.tsx';
import { LinkButton } from '../../components/LinkButton.tsx';
import { useCancelFit, useResumeFit, useWaitingFits } from '../../host/fits.ts';
import { fitLink } from '../../text/links.ts';
import { visibleText } from '../../text/visible.ts';
import { targetWords } from './fit-words.ts';
import classes from './WaitingFits.module.css';

/** Fits that were paused, or interrupted by the end of the program: each goes on or is forgotten. Absent while there are none. */
export function WaitingFits() {
  const fits = useWaitingFits();
  const resume = useResumeFit();
  const forget = useCancelFit();
  const [, navigate] = useLocation();
  const error = resume.error ?? forget.error;
  if (fits.length === 0) return null;
  return (
    <section aria-label="Not finished">
      <h2>Not finished</h2>
      {error !== null && <Failure error={error} />}
      <ul className={classes.list}>
        {fits.map(({ id, name, state, request: { input, target } }) => (
          <li key={id} className={classes.fit}>
            <Link href={fitLink(input)} className={classes.name}>
              {visibleText(name)}
            </Link>
            <span className={classes.words}>
              {`Fitting ${targetWords(target)} ${state === 'paused' ? 'is paused.' : 'was interrupted, as Featherweight ended.'}`}
            </span>
            <span className={classes.actions}>
              <LinkButton
                label={`Go on fitting ${name}`}
                onClick={() => resume.mutate(id, { onSuccess: () => navigate(fitLink(input)) })}
              >
                Go on
              </LinkButton>
              <LinkButton label={`Forget the fit of ${name}`} onClick={() => forget.mutate(id)}>
                Forget it
              </LinkButton>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
