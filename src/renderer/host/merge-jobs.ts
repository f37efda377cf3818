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
