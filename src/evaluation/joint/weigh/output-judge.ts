import { openInputs, type ModelInputs } from '../../inference/inputs.ts';
import { Runner, runsOf } from '../../inference/runs.ts';
import { loadModel } from '../../inference/session.ts';
import type { Values } from '../../inputs/tensor.ts';
import { damageOf, doubtOf, kindOf, type OutputKind } from './damage.ts';

interface Asked extends ModelInputs {
  readonly model: string;
  readonly output?: string | undefined;
  readonly tellsClasses: boolean;
}

/** Answers of the original that are kept in memory. */
const mostAnswerBytes = 256 * 2 ** 20;

/** Asks a model that is changed on disk, and tells how far it is from what it answered before. */
export class OutputJudge {
  readonly #request: Asked;
  readonly #answers: Values[] = [];
  #kind: OutputKind = 'numbers';
  /** How much each class matters, where outputs tell classes. */
  doubt: Float64Array | undefined;

  private constructor(request: Asked) {
    this.#request = request;
  }

  static async ask(request: Asked): Promise<OutputJudge> {
    const judge = new OutputJudge(request);
    let bytes = 0;
    await judge.#ask((answer, place) => {
      if (place === 0) judge.#kind = kindOf(answer, request.tellsClasses);
      judge.#answers.push(answer);
      if (judge.#kind === 'classes') judge.doubt = doubtOf(answer, judge.doubt);
      bytes += answer.data.byteLength;
      return bytes < mostAnswerBytes;
    });
    return judge;
  }

  /** Of a row of the output, on average. */
  async damage(): Promise<number> {
    let [sum, rows] = [0, 0];
    await this.#ask((answer, place) => {
      const before = this.#answers[place];
      if (before) sum += damageOf(before, answer, this.#kind);
      rows += answer.data.length / (answer.shape.at(-1) ?? 1);
      return place + 1 < this.#answers.length;
    });
    return sum / rows;
  }

  async #ask(use: (answer: Values, place: number) => boolean): Promise<void> {
    const { model: path, threads, output, frames } = this.#request;
    await using model = await loadModel(path, threads);
    await using dataset = await openInputs(this.#request, model);
    const runner = new Runner(model, dataset.task.state);
    let place = 0;
    for await (const run of runsOf(dataset, dataset.task, dataset.places, frames)) {
      const outputs = await runner.run(run);
      const answer = outputs.get(output ?? '') ?? [...outputs.values()][0];
      if (!answer || !use(answer, place++)) return;
    }
  }
}
