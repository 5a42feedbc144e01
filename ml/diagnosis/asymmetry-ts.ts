import { asymmetry } from './biomarkers/lesion-shape.ts';
import { thresholdModel } from './threshold-model.ts';

export const asymmetryTs = thresholdModel(
  {
    name: 'asymmetry-ts',
    summary:
      'Threshold on the asymmetry of the outline of a lesion or nodule: how badly it fits its mirror images. The image is not read.',
    citation:
      'Our own, in the manner of vCDR-TS; A of the ABCD rule: Nachbar et al., The ABCD rule of dermatoscopy, J Am Acad ' +
      'Dermatol 30:551–559, 1994; measured after Stoecker, Li and Moss, Automatic detection of asymmetry in skin tumors, ' +
      'Comput Med Imaging Graph 16:191–197, 1992.',
    reconstruction: 'Our own method in the manner of vCDR-TS: no publication uses it as a judge of fusions.',
    history: [
      'First version.',
      'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
    ],
  },
  asymmetry,
);
