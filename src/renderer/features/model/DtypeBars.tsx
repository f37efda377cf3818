import type { ModelSummary } from '../../../contract/models.ts';
import { bytesText, countText, percentText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import { dtypeColor } from './dtype-color.ts';
import classes from './DtypeBars.module.css';

/** Which number types the bytes are of: one bar for each, to one scale, with its numbers. */
export function DtypeBars({ dtypes }: { readonly dtypes: ModelSummary['dtypes'] }) {
  const total = dtypes.reduce((sum, { bytes }) => sum + bytes, 0) || 1;
  return (
    <section>
      <h2>Number types</h2>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Share</th>
            <th scope="col" className={classes.number}>
              Size
            </th>
            <th scope="col" className={classes.number}>
              Tensors
            </th>
          </tr>
        </thead>
        <tbody>
          {dtypes.map(({ dtype, tensors, bytes }) => (
            <tr key={dtype}>
              <th scope="row">{visibleText(dtype)}</th>
              <td className={classes.share}>
                <svg viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label={percentText(bytes / total)}>
                  <rect width={Math.max(0.4, (bytes / total) * 100)} height="1" fill={dtypeColor(dtype)} />
                </svg>
              </td>
              <td className={classes.number}>{bytesText(bytes)}</td>
              <td className={classes.number}>{countText(tensors)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
