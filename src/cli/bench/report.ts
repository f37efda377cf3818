import type { MachineFacts } from '../../engine/index.ts';

/** One run of one contestant in one direction. */
export interface Measured {
  /** Wall seconds, from the start of its process until its output was flushed to the disk. */
  readonly seconds: number;
  /** User and system seconds of all its threads; absent where the system does not tell. */
  readonly cpuSeconds?: number;
  /** Largest resident memory; absent where the system does not tell, and a lower bound for very short runs. */
  readonly peakRssBytes?: number;
}

/** One contestant in one round. */
export interface BenchmarkMeasurement {
  readonly contestant: string;
  /** From 1. */
  readonly round: number;
  readonly bytesOut: number;
  readonly compress: Measured;
  readonly restore: Measured;
  /** Whether the restored file has the sha256 of the original; computed from its bytes on the disk, outside the clock. */
  readonly equal: boolean;
}

/** One contestant over all rounds; speeds are medians, in bytes of the original per second. */
export interface BenchmarkRow {
  readonly contestant: string;
  readonly version: string;
  readonly bytesOut: number;
  /** bytesOut / bytesIn. */
  readonly ratio: number;
  readonly compressRate: number;
  readonly restoreRate: number;
  readonly compressCpuSeconds?: number;
  readonly restoreCpuSeconds?: number;
  readonly peakRssBytes?: number;
  readonly equal: boolean;
}

/** The whole comparison. */
export interface BenchmarkReport {
  readonly command: 'bench';
  readonly input: string;
  readonly bytesIn: number;
  readonly sha256: string;
  readonly rounds: number;
  readonly threads: number;
  readonly machine: MachineFacts;
  readonly rows: readonly BenchmarkRow[];
  readonly measurements: readonly BenchmarkMeasurement[];
  /** Contestants that were asked for and are not on this machine, and runs that failed, with the reason. */
  readonly absent: readonly { readonly contestant: string; readonly reason: string }[];
}
