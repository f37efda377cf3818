import { useState } from 'react';
import type { Candidate, FitTarget } from '../../../contract/fits.ts';
import { Approximate } from '../../components/Approximate.tsx';
import { Failure } from '../../components/Failure.tsx';
import { LinkButton } from '../../components/LinkButton.tsx';
import { Screen } from '../../components/Screen.tsx';
import { useFits, useCandidates, useStartFit } from '../../host/fits.ts';
import { useModel, useOpenModel } from '../../host/models.ts';
import { bytesText } from '../../text/amounts.ts';
import { fileName } from '../../text/visible.ts';
import { CandidateDetails } from './CandidateDetails.tsx';
import { FitForm, type Inputs } from './FitForm.tsx';
import { FitFront } from './FitFront.tsx';
import { FitProgress } from './FitProgress.tsx';
import type { Ways } from './FitWays.tsx';

/** The best model of a size: sample inputs, how small, every candidate as it is tried, and what each tensor takes. */
export function FitScreen({ path }: { readonly path: string }) {
  const model = useModel(path);
  const fits = useFits(path);
  const [newest] = fits;
  const candidates = useCandidates(path, newest?.candidates ?? 0);
  const start = useStartFit();
  const open = useOpenModel();
  const [chosen, setChosen] = useState<Candidate>();
  const [inputs, setInputs] = useState<Inputs>({ task: '' });
  const [ways, setWays] = useState<Ways>({});
  const [output, setOutput] = useState('');
  const place = output === '' ? {} : { output };
  const begin = (target: FitTarget, ablate: boolean) =>
    start.mutate({
      ...{ input: path, target, ...ways, ...(ablate && { ablate }) },
      ...(inputs.task === '' ? {} : inputs),
      ...('front' in target ? {} : place),
    });
  /** Made again from the inputs and in the ways that it was tried with, whatever the form says by now. */
  const make = ({ bytes, ways: own }: Candidate) =>
    start.mutate({
      ...{ input: path, target: { bytes }, ...place },
      ...(own ?? { ...ways, ...(inputs.task === '' ? {} : inputs) }),
    });
  const isBusy = newest !== undefined && (newest.state === 'queued' || newest.state === 'running');
  return (
    <Screen title={`Fit ${fileName(path)}`} path={path} mark={<Approximate />}>
      <p>
        Bits go where they matter to what the model answers. Give inputs such as it will see: some are learned from, all
        others measure the result. The original is only read, and never replaced by this.{' '}
        <LinkButton onClick={() => open(path)}>Back to the model</LinkButton>
      </p>
      {model.error && <Failure error={model.error} />}
      {model.data !== undefined && (
        <FitForm
          bytes={model.data.bytes}
          inputs={inputs}
          onInputs={setInputs}
          ways={ways}
          onWays={setWays}
          output={output}
          onOutput={setOutput}
          isBusy={isBusy}
          seconds={newest?.request.ablate ? undefined : newest?.receipt?.seconds}
          onStart={begin}
        />
      )}
      {start.error && <Failure error={start.error} />}
      {newest !== undefined && <FitProgress job={newest} onAgain={start.mutate} />}
      {candidates.error && <Failure error={candidates.error} />}
      {candidates.data !== undefined && candidates.data.length > 0 && (
        <FitFront name={fileName(path)} candidates={candidates.data} chosen={chosen} onChoose={setChosen} />
      )}
      {candidates.data?.length === 0 && !isBusy && (
        <p>Every candidate that is tried will stand here as a point: how large it is, and how good.</p>
      )}
      {chosen !== undefined && (
        <CandidateDetails
          candidate={chosen}
          makes={`Make this one, at most ${bytesText(chosen.bytes)}`}
          isBusy={isBusy}
          onMake={() => make(chosen)}
        />
      )}
    </Screen>
  );
}
