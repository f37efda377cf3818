import type { Job } from '../../contract/jobs.ts';

interface State {
  readonly id: string;
  readonly revision: number;
}

/** The newest state known of each piece of work; an answer may arrive after events that are newer than it. */
export function mergeStates<Known extends State>(known: readonly Known[], told: readonly Known[]): readonly Known[] {
  const states = new Map(known.map((state) => [state.id, state]));
  for (const state of told) {
    const old = states.get(state.id);
    if (old === undefined || state.revision >= old.revision) states.set(state.id, state);
  }
  return [...states.values()];
}

/** The newer of two states of one thing that there is once. */
export function newerState<Known extends Pick<State, 'revision'>>(known: Known | undefined, told: Known): Known {
  return known !== undefined && known.revision > told.revision ? known : told;
}

/** Jobs in the order of their ids; those that it does not name stay before it, as they were. */
export function orderJobs(jobs: readonly Job[], ids: readonly string[]): readonly Job[] {
  const places = new Map(ids.map((id, place) => [id, place]));
  const place = ({ id }: Job) => places.get(id) ?? -1;
  return jobs.toSorted((a, b) => place(a) - place(b));
}

/** The jobs that are still on the host's list, in its order: one that another window took off it goes here, too. */
export function listedJobs(jobs: readonly Job[], ids: readonly string[]): readonly Job[] {
  const listed = new Set(ids);
  return orderJobs(
    jobs.filter(({ id }) => listed.has(id)),
    ids,
  );
}
