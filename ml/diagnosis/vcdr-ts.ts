import { vcdr } from './biomarkers/cup-to-disc.ts';
import { thresholdModel } from './threshold-model.ts';

export const vcdrTs = thresholdModel(
  {
    name: 'vcdr-ts',
    summary: 'Threshold on the vertical cup-to-disc ratio of the masks. Fundus only; the image is not read.',
    citation: 'Chandrika and Nirmala, Analysis of CDR detection for glaucoma diagnosis, IJERA 2:23–27, 2013.',
    reconstruction:
      "The threshold is found on the training images (Youden's index) unless a value is given. By default " +
      'the edge is interpolated between pixels; the publication counts rows.',
    history: [
      'First version.',
      'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
    ],
  },
  vcdr,
);
