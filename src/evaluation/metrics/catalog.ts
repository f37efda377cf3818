import type { MetricTraits } from '../figures.ts';
import { UsageError } from '../../engine/errors.ts';
import type { Decoder } from '../decode/decode.ts';
import { readTokenTexts } from '../inputs/token-texts.ts';
import type { MetricSpec } from '../task/schema.ts';
import { bitsPerByte, logLoss, topOne } from './classes.ts';
import type { Scorer, ScorerContext } from './metric.ts';
import { absoluteError, squaredError } from './numbers.ts';
import { overlap, psnr } from './pictures.ts';
import { accuracyAt, rocArea } from './scores.ts';
import { characterErrors, exactText } from './texts.ts';

/** How each metric is shown. */
export const metricTraits: Readonly<Record<MetricSpec['metric'], MetricTraits>> = {
  'top-1': { title: 'top-1', unit: 'proportion', better: 'higher' },
  nll: { title: 'log loss', unit: 'nats', better: 'lower' },
  perplexity: { title: 'perplexity', unit: 'none', better: 'lower' },
  'bits-per-byte': { title: 'bits per byte', unit: 'bits', better: 'lower' },
  'character-error-rate': { title: 'character errors', unit: 'proportion', better: 'lower' },
  'exact-text': { title: 'exact texts', unit: 'proportion', better: 'higher' },
  auc: { title: 'area under ROC', unit: 'none', better: 'higher' },
  accuracy: { title: 'accuracy', unit: 'proportion', better: 'higher' },
  psnr: { title: 'PSNR', unit: 'dB', better: 'higher' },
  mae: { title: 'mean absolute error', unit: 'none', better: 'lower' },
  mse: { title: 'mean squared error', unit: 'none', better: 'lower' },
  iou: { title: 'overlap of masks', unit: 'proportion', better: 'higher' },
};

/** A scorer for one model. */
export function createScorer(spec: MetricSpec, { decoder, tokenBytes }: ScorerContext): Scorer {
  switch (spec.metric) {
    case 'top-1':
      return topOne(spec.against);
    case 'nll':
      return logLoss('none');
    case 'perplexity':
      return logLoss('exp');
    case 'bits-per-byte':
      return bitsPerByte(tokenBytes ?? new Uint32Array());
    case 'character-error-rate':
      return characterErrors(textDecoder(decoder), spec.against);
    case 'exact-text':
      return exactText(textDecoder(decoder), spec.against);
    case 'auc':
      return rocArea();
    case 'accuracy':
      return accuracyAt(spec.threshold);
    case 'psnr':
      return psnr(spec.scale, spec.peak, spec.against);
    case 'mae':
      return absoluteError();
    case 'mse':
      return squaredError();
    case 'iou':
      return overlap(spec.threshold, spec.against);
  }
}

function textDecoder(decoder: Decoder | undefined): Decoder {
  if (decoder === undefined) throw new UsageError('The task says nothing of how outputs become text ("decode").');
  return decoder;
}

/** Bytes of each token, where a metric needs them. */
export async function readTokenBytes(metrics: readonly MetricSpec[], folder: string): Promise<Uint32Array | undefined> {
  const found = await readTokenTexts(metrics, folder);
  return found && Uint32Array.from(found.texts, (text) => (found.latin1 ? text.length : Buffer.byteLength(text)));
}
