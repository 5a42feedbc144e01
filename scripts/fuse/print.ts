import { originLine } from '../client/origin.ts';
import { table } from '../client/table.ts';
import { transductiveNote } from '../client/transductive.ts';
import type { FusionSummary } from './read-fusion.ts';

/** What a fusion says of the raters, over all images. */
export function formatFusion({ method, snapshot, raterWeights, transductive, width }: FusionSummary): string {
  const number = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
  return [
    `${method} · ${originLine(snapshot)}`,
    width === null
      ? 'each image fused at its own size'
      : `fused at ${width}×${width} pixels; the masks are written at the size of each image`,
    '',
    ...table(
      ['rater', 'images', 'mean weight', 'sensitivity', 'specificity'],
      raterWeights.map(({ rater, imageCount, weight, sensitivity, specificity }) => [
        rater.name,
        String(imageCount),
        number(weight),
        number(sensitivity),
        number(specificity),
      ]),
    ),
    ...(transductive
      ? transductiveNote('Their control, fused with permuted diagnoses, was made with them.')
      : []),
  ].join('\n');
}
