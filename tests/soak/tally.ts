/** What became of many kills. */
export interface Tally {
  readonly kills: number;
  /** Pieces of work that were killed and gone on with until their end. */
  readonly rounds: number;
  /** How many kills hit which part of the work. */
  readonly places: ReadonlyMap<string, number>;
  /** What else was measured, in words. */
  readonly facts: readonly string[];
  /** Whatever was not as it must be, in words. */
  readonly faults: readonly string[];
}

/** Counts as the kills come. */
export class Counter implements Tally {
  kills = 0;
  rounds = 0;
  readonly places = new Map<string, number>();
  readonly facts: string[] = [];
  readonly faults: string[] = [];

  killed(place: string): void {
    this.kills++;
    this.places.set(place, (this.places.get(place) ?? 0) + 1);
  }

  /** A sign of life on standard error. */
  roundEnded(): void {
    this.rounds++;
    process.stderr.write(`\r${this.kills} kills, ${this.rounds} rounds, ${this.faults.length} faults `);
  }
}
