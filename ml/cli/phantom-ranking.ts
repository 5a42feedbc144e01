import { parseArgs } from 'node:util';
import { loadBackend } from '../backend.ts';
import { phantoms } from '../data/index.ts';
import { rankRaters, type Ranking } from './rank-raters.ts';

const { values } = parseArgs({
  options: {
    phantom: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    train: { type: 'string', default: '640' },
    test: { type: 'string', default: '800' },
  },
});

/** A line a phantom and seed: do DF-GT's weights rank the raters as they were made? */
await loadBackend();
console.log(
  'phantom     seed  AUC vote  saw labels  permuted  best  Spearman ExpG  raw    spread ExpG  raw    weights ExpG',
);
for (const seed of values.seeds.split(',').map(Number)) {
  for (const name of values.phantom ? [values.phantom] : phantoms.names) {
    const config = { train: Number(values.train), validation: 0, test: Number(values.test) };
    const phantom = phantoms.get(name).create({ seed, config });
    const { raw, expG, auc } = await rankRaters(phantom, seed);
    const numbers = [auc.vote, auc.expG, auc.permuted, phantom.achievableAuc].map((value) =>
      value.toFixed(3),
    );
    const ranks = [expG, raw].map(({ correlation }) => correlation?.toFixed(2) ?? '–');
    const spreads = [expG, raw].map(({ spread }: Ranking) => spread.toFixed(2));
    const weights = expG.weights.map((weight) => weight.toFixed(3));
    console.log([name.padEnd(11), seed, ...numbers, ...ranks, ...spreads, ...weights].join('  '));
  }
}
