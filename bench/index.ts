import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fusion } from './fusion.bench.ts';
import { memory } from './memory.bench.ts';
import type { Row, Suite } from './suite.ts';
import { formatTable } from './table.ts';
import { training } from './training.bench.ts';

/** The suites by name. To add one, write its file and name it here. */
const suites: readonly Suite[] = [fusion, training, memory];

const USAGE = `usage: npm run bench -- <suite …> [--rounds N] [--only TEXT] [--json FILE]
${suites.map(({ name, summary }) => `  ${name}: ${summary}`).join('\n')}`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '7' },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds wants a number from 1: received ${values.rounds}`);
  if (values.help || positionals.length === 0) return console.log(USAGE);
  const chosen = positionals.map(find);
  const rows: Row[] = [];
  for (const suite of chosen) {
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    for await (const row of suite.run({ rounds, only: values.only, say })) rows.push(row);
  }
  console.log(formatTable(rows));
  if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  if (rows.some(({ pass }) => pass === false)) process.exitCode = 1;
}

function find(name: string): Suite {
  const suite = suites.find((one) => one.name === name);
  if (!suite) throw new RangeError(`unknown suite '${name}'\n${USAGE}`);
  return suite;
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
