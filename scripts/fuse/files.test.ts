import { imagesCsv, ratersCsv } from './files.ts';
import type { FusedOne } from './read-fusion.ts';

const one: FusedOne = {
  path: 'images/=1.png',
  split: 'test',
  fusedMasks: [],
  raterWeights: [
    {
      rater: { name: 'R1' },
      weight: 0.25,
      performance: [
        { structure: { name: 'disc' }, sensitivity: 0.9, specificity: 1 },
        { structure: { name: 'cup' }, sensitivity: null, specificity: 0.5 },
      ],
    },
    { rater: { name: '=SUM(A1), "R2"' }, weight: 0.75, performance: [] },
  ],
  fusedImage: { iterations: 12, converged: false },
};

test('raters: a row an image, rater and structure; without structure where the method judges nobody', () => {
  expect(ratersCsv([one]).split('\r\n')).toEqual([
    'image,split,rater,structure,weight,sensitivity,specificity',
    'images/=1.png,test,R1,disc,0.25,0.9,1',
    'images/=1.png,test,R1,cup,0.25,,0.5',
    // A spreadsheet must not compute a name.
    `images/=1.png,test,"'=SUM(A1), ""R2""",,0.75,,`,
    '',
  ]);
});

test('images: how the fusion of each went', () => {
  expect(imagesCsv([one, { ...one, fusedImage: null }]).split('\r\n')).toEqual([
    'image,split,iterations,converged',
    'images/=1.png,test,12,false',
    'images/=1.png,test,,',
    '',
  ]);
});
