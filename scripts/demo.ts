import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeCaseSheet } from './demo/case-sheet.ts';
import type { Client } from './client/client.ts';
import { freeze, importDataset } from './client/cohort.ts';
import { command, withServer } from './client/command.ts';
import { printMethods } from './client/methods.ts';
import { runExperiment } from './client/run-experiment.ts';
import { parseOptions, usage, type DemoOptions } from './demo/options.ts';
import { writePhantoms } from './client/phantoms.ts';
import { formatReport } from './demo/print.ts';
import { numbersOf, reportOf, type DemoReport } from './demo/report.ts';

await command(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else
    await withServer(options.url, (client) =>
      options.list ? printMethods(client, ['EXPERIMENT', 'PHANTOM']) : demo(client, options),
    );
});

/** The whole workflow over GraphQL, on phantoms or on a folder of real data; prints tables, writes JSON and pictures. */
async function demo(client: Client, options: DemoOptions): Promise<void> {
  const reports: DemoReport[] = [];
  if (options.data) reports.push(await demoOf(client, dataName(options.data), options.data, options));
  else
    for (const modality of options.modalities) reports.push(await demoOfPhantom(client, modality, options));
  if (!options.json) return;
  const numbers = reports.map(numbersOf);
  const content = numbers.length === 1 ? numbers[0] : numbers;
  await mkdir(path.dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(content, null, 2)}\n`);
}

async function demoOfPhantom(client: Client, modality: string, options: DemoOptions): Promise<DemoReport> {
  const folder = await writePhantoms(modality, options);
  return demoOf(client, modality, folder, options);
}

async function demoOf(client: Client, name: string, data: string, options: DemoOptions): Promise<DemoReport> {
  console.log(`\n${name}: the whole workflow over GraphQL (${data})`);
  const { preset, seed, reading } = options;
  const begin = Date.now();
  const datasetId = await importDataset(client, path.resolve(data), reading);
  const snapshotId = await freeze(client, datasetId, reading.labels);
  const config = { seeds: [seed] };
  const result = await runExperiment(client, { snapshotId, experiment: 'demo', preset, config });
  const seconds = (Date.now() - begin) / 1000;
  const report = reportOf(result, { modality: name, preset, seed, seconds });
  console.log(`\n${formatReport(report)}`);
  const file = options.sheet.replace('{name}', name);
  await writeCaseSheet(client, result, { title: name, datasetId, diagnosed: report.diagnosed, file });
  console.log(`\nOne case, raters to prediction: ${file}`);
  return report;
}

function dataName(data: string): string {
  const base = path.basename(data);
  return path.extname(base) ? path.basename(path.dirname(path.resolve(data))) : base;
}
