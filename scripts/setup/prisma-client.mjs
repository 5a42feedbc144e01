// The Prisma client. It is Rust-free, so the engine that `prisma generate` would download is not needed.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { runChild } from './child.mjs';
import { hashOf, inProject, isStamped, stamp } from './paths.mjs';
import { step } from './progress.mjs';

const outputs = [inProject('prisma', 'client', 'client.ts')];

function key() {
  const schemas = readdirSync(inProject('prisma')).filter((name) => name.endsWith('.prisma'));
  const files = [...schemas.sort().map((name) => inProject('prisma', name)), inProject('prisma.config.ts')];
  const { version } = JSON.parse(readFileSync(inProject('node_modules', 'prisma', 'package.json'), 'utf8'));
  return hashOf(version, ...files.filter((file) => existsSync(file)).map((file) => readFileSync(file)));
}

export const hasPrismaClient = () =>
  !existsSync(inProject('prisma', 'schema.prisma')) || isStamped('prisma', key(), outputs);

export async function generatePrismaClient() {
  const generatedFrom = key();
  const prisma = inProject('node_modules', 'prisma', 'build', 'index.js');
  // Any executable will do as engine: with one named, nothing is downloaded.
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  };
  await step('Generating the Prisma client', () =>
    runChild(process.execPath, [prisma, 'generate'], { cwd: inProject(), env }),
  );
  stamp('prisma', generatedFrom);
}
