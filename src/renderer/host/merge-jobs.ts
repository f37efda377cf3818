import type { Job } from '../../contract/jobs.ts';

/** The newest state known of each job; an answer may arrive after events that are newer than it. */
export function mergeJobs(known: readonly Job[], told: readonly Job[]): readonly Job[] {
  const jobs = new Map(known.map((job) => [job.id, job]));
  for (const job of told) {
    const old = jobs.get(job.id);
    if (old === undefined || job.revision >= old.revision) jobs.set(job.id, job);
  }
  return [...jobs.values()];
}

/** Jobs in the order of their ids; those that it does not name stay before it, as they were. */
export function orderJobs(jobs: readonly Job[], ids: readonly string[]): readonly Job[] {
  const places = new Map(ids.map((id, place) => [id, place]));
  const place = ({ id }: Job) => places.get(id) ?? -1;
  return jobs.toSorted((a, b) => place(a) - place(b));
}
