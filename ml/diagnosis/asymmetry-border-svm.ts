import { asymmetryAndBorder } from './biomarkers/lesion-shape.ts';
import { svmModel } from './svm-model.ts';

export const asymmetryBorderSvm = svmModel(
  {
    name: 'asymmetry-border-svm',
    summary:
      'Support vector machine on the asymmetry and border irregularity of the outline of a lesion or nodule. The image is not read.',
    citation:
      'Our own, in the manner of vCDR-SVM; A and B of the ABCD rule: Nachbar et al., The ABCD rule of dermatoscopy, J Am ' +
      'Acad Dermatol 30:551–559, 1994; Stolz et al., ABCD rule of dermatoscopy, Eur J Dermatol 4:521–527, 1994.',
    reconstruction: 'Our own method in the manner of vCDR-SVM: no publication uses it as a judge of fusions.',
    history: [
      'First version.',
      'Images keep their proportions: they are fitted into the square of the network, no longer stretched to it.',
    ],
  },
  asymmetryAndBorder,
);
