import { Button, TextInput } from '@mantine/core';
import { useDeferredValue, useState } from 'react';
import type { TensorRow } from '../../../contract/models.ts';
import { Failure } from '../../components/Failure.tsx';
import { useTensors } from '../../host/queries.ts';
import { bytesText, countText, exactBytesText } from '../../text/amounts.ts';
import { visibleText } from '../../text/visible.ts';
import classes from './TensorTable.module.css';

const rowsAtATime = 100;
const mostRows = 1000;

/** The tensors, largest first, a hundred at a time; the rest is found by searching. */
export function TensorTable({ path }: { readonly path: string }) {
  const [search, setSearch] = useState('');
  const [limit, setLimit] = useState(rowsAtATime);
  const { data, error } = useTensors(path, useDeferredValue(search), limit);
  const hasMore = data !== undefined && data.tensors.length < data.total;
  return (
    <section>
      <div className={classes.head}>
        <h2 id="tensors">Tensors, largest first</h2>
        <TextInput
          aria-label="Find tensors by name or type"
          placeholder="Find by name or type"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <span role="status" className={classes.quiet}>
          {data !== undefined && `${countText(data.tensors.length)} of ${countText(data.total)} shown`}
        </span>
      </div>
      {error && <Failure error={error} />}
      <div className={classes.scroll} tabIndex={0} role="region" aria-labelledby="tensors">
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Shape</th>
              <th scope="col" className={classes.number}>
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            {data?.tensors.map((tensor) => (
              <Row key={`${tensor.file}\n${tensor.name}`} tensor={tensor} />
            ))}
          </tbody>
        </table>
      </div>
      {hasMore && limit < mostRows && (
        <Button variant="default" mt={8} onClick={() => setLimit(Math.min(mostRows, limit + rowsAtATime))}>
          Show more
        </Button>
      )}
    </section>
  );
}

function Row({ tensor: { name, dtype, shape, byteLength } }: { readonly tensor: TensorRow }) {
  return (
    <tr>
      <th scope="row" className={classes.name}>
        {visibleText(name)}
      </th>
      <td>{visibleText(dtype)}</td>
      <td className={classes.shape}>{shape.length === 0 ? 'scalar' : shape.join(' × ')}</td>
      <td className={classes.number} title={exactBytesText(byteLength)}>
        {bytesText(byteLength)}
      </td>
    </tr>
  );
}
