import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Job } from '../../src/contract/jobs.ts';
import { watchPower } from '../../src/main/power.ts';
import { openHost } from '../host/open-host.ts';

test('work waits on battery where that is wished, unless a person has it go on, and goes on with power', async () => {
  await using opened = await openHost();
  const { host, models } = opened;
  const computer = Object.assign(new EventEmitter(), { onBatteryPower: true });
  watchPower(computer, (isOnBattery) => host.setPower(isOnBattery));
  const told: Job[] = [];
  host.on('job.changed', (job) => told.push(job));
  const is = (id: string, wanted: Partial<Job>) =>
    vi.waitFor(() => expect(told.findLast((job) => job.id === id)).toMatchObject(wanted));
  const start = (name: string) => host.call('jobs.start', { command: 'compress', input: join(models, name) });

  const { id } = await start('slow');
  await is(id, { state: 'compressing' });
  await host.call('settings.set', { changes: { pauseOnBattery: true } });
  await is(id, { state: 'paused', pausedBy: 'battery' });
  computer.emit('on-ac');
  await is(id, { state: 'compressing' });
  computer.emit('on-battery');
  await is(id, { state: 'paused', pausedBy: 'battery' });
  const next = await start('b');
  expect((await host.call('jobs.list', {})).find((job) => job.id === next.id)?.state).toBe('queued');
  await host.call('jobs.resume', { id });
  await is(id, { state: 'compressing' });
  await host.call('jobs.cancel', { id });
  await is(id, { state: 'cancelled' });
  computer.emit('on-ac');
  await is(next.id, { state: 'done' });
});
