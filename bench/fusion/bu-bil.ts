import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeLevels } from '../../api/storage/levels.ts';
import { memorySource } from '../../ml/data/memory-source.ts';
import { majorityVote } from '../../ml/fusion/majority-vote.ts';
import { createRow, type Row } from '../suite.ts';
import { fuseAll, SUITE, type FusionCase } from './fusion-case.ts';

const NAME = 'majority vote, gold of BU-BIL set 4';
const FOLDER = fileURLToPath(new URL('../../../shared/data/bu-bil-4', import.meta.url));
const EXPERTS = ['Expert1', 'Expert2', 'Expert3'];

/** The majority of three experts is what BU-BIL published as gold. Left out, and said so, where the data is not here. */
export const buBilCase: FusionCase = {
  name: NAME,
  async *run({ say }): AsyncGenerator<Row> {
    if (!existsSync(FOLDER)) return say(`${NAME}: skipped, the data is not here (looked for ${FOLDER})`);
    const files = await readdir(path.join(FOLDER, 'GoldStandard'));
    let equal = 0;
    for (const file of files) if (await equalsGold(file)) equal += 1;
    // More is better here, so the ratio is turned round: above one as soon as one image differs.
    const ratio = files.length / equal;
    yield createRow({
      suite: SUITE,
      case: NAME,
      ours: equal,
      peer: files.length,
      unit: 'images equal',
      ratio,
      goal: 1,
    });
  },
};

/** Every pixel of the full frame. */
async function equalsGold(file: string): Promise<boolean> {
  const gold = await readObject(path.join('GoldStandard', file));
  const experts = await Promise.all(
    EXPERTS.map((expert) => readObject(path.join('ExpertsAnnotations', expert, file))),
  );
  const { width, height } = gold;
  const n = EXPERTS.length;
  const sample = {
    id: file,
    image: new Float32Array(width * height * 3),
    raterMasks: Uint8Array.from(
      { length: width * height * n },
      (_, k) => experts[k % n].mask[Math.floor(k / n)],
    ),
    annotated: new Uint8Array(n).fill(1),
    diagnosis: null,
  };
  const source = memorySource({ width, height, raters: EXPERTS, structures: ['cell'], samples: [sample] });
  const [{ fused }] = await fuseAll(majorityVote, { source, config: { output: 'hard' } });
  return gold.mask.every((value, pixel) => value === fused[pixel]);
}

/** The object is 0 in these files, the background 255. */
async function readObject(file: string): Promise<{ mask: Uint8Array; width: number; height: number }> {
  const { levels, width, height } = await decodeLevels(await readFile(path.join(FOLDER, file)));
  return { mask: Uint8Array.from(levels, (level) => (level === 0 ? 1 : 0)), width, height };
}
