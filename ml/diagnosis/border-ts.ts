import { border } from './biomarkers/lesion-shape.ts';
import { thresholdModel } from './threshold-model.ts';

export const borderTs = thresholdModel(
  {
    name: 'border-ts',
    summary:
      'Threshold on the border irregularity (compactness index) of a lesion or nodule. The image is not read.',
    citation:
      'Our own, in the manner of vCDR-TS; B of the ABCD rule: Nachbar et al., The ABCD rule of dermatoscopy, J Am Acad ' +
      'Dermatol 30:551–559, 1994; measured after Golston, Stoecker, Moss and Dhillon, Automatic detection of irregular ' +
      'borders in melanoma and other skin tumors, Comput Med Imaging Graph 16:199–203, 1992.',
    reconstruction: 'Our own method in the manner of vCDR-TS: no publication uses it as a judge of fusions.',
    history: [
      'First version.',
      'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
    ],
  },
  border,
);
