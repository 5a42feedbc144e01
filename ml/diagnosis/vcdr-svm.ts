import { cupToDisc } from './biomarkers/cup-to-disc.ts';
import { svmModel } from './svm-model.ts';

export const vcdrSvm = svmModel(
  {
    name: 'vcdr-svm',
    summary:
      'Support vector machine on the vertical cup-to-disc ratio of the masks. Fundus only; the image is not read.',
    citation:
      'Thangaraj and Natarajan, Glaucoma diagnosis using support vector machine, ICICCS 2017, 394–399; ' +
      'kernel and weights are our choice.',
    reconstruction:
      "The publication does not state the kernel's settings: C = 1, scikit-learn's gamma and balanced " +
      'classes are our choices. By default the edge is interpolated between pixels.',
    history: [
      'First version.',
      'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
    ],
  },
  cupToDisc,
);
