import { createSource, fuseAll, SIZE } from './fusion-fixtures.ts';
import { singleRater } from './single-rater.ts';

const C = 2;

test('it gives the named rater’s masks as they are, with all the weight', async () => {
  const source = createSource();
  const [fused] = await fuseAll(singleRater, { source, config: { rater: 'R2' } });
  const [{ raterMasks }] = await source.read([0]);
  for (let at = 0; at < SIZE * SIZE * C; at++) {
    expect(fused.fused[at]).toBe(raterMasks[(Math.floor(at / C) * 3 + 1) * C + (at % C)]);
  }
  expect(fused.raters.map(({ weight }) => weight)).toEqual([0, 1, 0]);
});

test('a name that no rater has is refused with the names there are', async () => {
  const source = createSource();
  await expect(fuseAll(singleRater, { source, config: { rater: 'R9' } })).rejects.toThrow(
    "no rater 'R9': expected one of R1, R2, R3",
  );
});

test('a mask that the rater did not draw is not an empty mask', async () => {
  const source = createSource({ annotated: (image, rater) => (image === 1 && rater === 0 ? 0 : 1) });
  await expect(fuseAll(singleRater, { source, config: { rater: 'R1' } })).rejects.toThrow(
    "image 'image-1': 'R1' did not annotate 'structure 1'",
  );
});
