import type { TensorLook } from '../../../contract/models.ts';
import { Inspector } from '../../app/Inspector.tsx';
import { ExponentHistogram } from './ExponentHistogram.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Failure } from '../../components/Failure.tsx';
import { useLook, type TensorKey } from '../../host/models.ts';
import { bytesText, countText, exactBytesText, numberText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { FieldBars } from './FieldBars.tsx';
import classes from './TensorInspector.module.css';
import { WeightHistogram } from './WeightHistogram.tsx';

interface TensorInspectorProps {
  readonly path: string;
  readonly tensor: TensorKey;
  readonly onClose: () => void;
}

/** One tensor closely: why it shrinks, how near to the floor, and what its numbers are. */
export function TensorInspector({ path, tensor, onClose }: TensorInspectorProps) {
  const { data, error, isPlaceholderData } = useLook(path, tensor);
  return (
    <Inspector title={tensor.name} onClose={onClose}>
      {error && <Failure error={error} />}
      {data !== undefined && (
        <div className={classes.look} aria-busy={isPlaceholderData} data-old={isPlaceholderData || undefined}>
          <Look look={data} name={tensor.name} />
        </div>
      )}
      {data === undefined && error === null && <p className={classes.wait}>Reading a sample of it …</p>}
    </Inspector>
  );
}

function Look({ look, name }: { readonly look: TensorLook; readonly name: string }) {
  const { dtype, shape, bytes, codec, why, statistics, sample, sampledElements, exponents, histogram, fields } = look;
  return (
    <>
      <Facts
        facts={[
          ['Type', dtype],
          ['Shape', shape.length === 0 ? 'scalar' : shape.join(' × ')],
          ['Size', <span title={exactBytesText(bytes)}>{bytesText(bytes)}</span>],
          ...(codec === undefined ? [] : [['Codec', visibleText(codec)] as const]),
          ...(why === undefined ? [] : [['Why', visibleText(why)] as const]),
        ]}
      />
      {fields.length > 0 && <FieldBars look={look} fileName={name} />}
      {exponents.length > 0 && <ExponentHistogram look={look} fileName={name} />}
      {histogram !== undefined && <WeightHistogram histogram={histogram} fileName={name} />}
      {statistics !== undefined && (
        <Facts
          facts={[
            ['Smallest', numberText(statistics.min)],
            ['Largest', numberText(statistics.max)],
            ['Mean', numberText(statistics.mean)],
            ['Deviation', numberText(statistics.standardDeviation)],
            ['Zeros', countText(statistics.zeros)],
            ...(statistics.notFinite > 0 ? [['Not finite', countText(statistics.notFinite)] as const] : []),
            ['Sampled', countText(sampledElements)],
          ]}
        />
      )}
      {sample.length > 0 && (
        <section>
          <h3 className={classes.title}>From its start</h3>
          <p className={classes.sample}>{sample.slice(0, 32).map(numberText).join('  ')}</p>
        </section>
      )}
    </>
  );
}
