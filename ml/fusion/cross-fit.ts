import { divisionFault, imagesOfFold } from '../data/fold.ts';
import { subsetSource } from '../data/subset-source.ts';
import type { CrossFitNetwork, FitInput, FusedSample, FuseInput, FusionProgress } from './fusion.ts';
import { InputError } from '../errors.ts';

type Events = AsyncGenerator<FusionProgress | FusedSample[]>;

/**
 * Fuses training images so that none meets a network that has learned from it: those of each fold with the network
 * that left the fold out (cross-fitting, as in double machine learning: Chernozhukov et al. 2018, The Econometrics
 * Journal 21, C1–C68). Yields what `fuse` yields, fold by fold, with progress over all images. Given one network for
 * all images, it is `fuse` itself.
 *
 * @throws InputError where the networks did not together leave out every fold once.
 */
export async function* crossFitted<Config>(
  input: FitInput<Config>,
  fuse: (input: FuseInput<Config>) => Events,
): Events {
  const { source, crossFit } = input;
  if (!crossFit) {
    yield* fuse(input);
    return;
  }
  const fault = divisionFault(crossFit.map(({ leftOut }) => leftOut));
  if (fault) throw new InputError(`cross-fitting with ${crossFit.length} networks: ${fault}`);
  let before = 0;
  for (const one of crossFit) {
    const part = partOf(input, one);
    const images = part.source.ids.length;
    for await (const item of fuse(part)) yield Array.isArray(item) ? item : overAll(item, images);
    before += images;
  }

  function overAll({ done, total }: FusionProgress, images: number): FusionProgress {
    const perImage = total / images;
    return { done: perImage * before + done, total: perImage * source.ids.length };
  }
}

/** The images that the network has left out, and that network alone. */
function partOf<Config>(input: FitInput<Config>, { network, leftOut }: CrossFitNetwork): FitInput<Config> {
  const source = subsetSource(input.source, imagesOfFold(input.source, leftOut));
  return { ...input, source, diagnosisNetwork: network, crossFit: undefined };
}
