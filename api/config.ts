import { join, resolve } from 'node:path';
import { z } from 'zod';

const flag = z.stringbool();

/** The environment, one name a setting. What is unset takes the default that suits one machine. */
const Environment = z.object({
  /** External PostgreSQL. Unset: an embedded one, with its data under CONSILIUM_DATA. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  PORT: z.coerce.number().int().min(0).max(65535).default(4000),
  /** Only this machine by default: there is no sign-in yet. */
  HOST: z.string().min(1).default('127.0.0.1'),
  CONSILIUM_DATA: z.string().min(1).default('.consilium'),
  /** Bucket of an S3-compatible store. If unset, blobs are stored in a folder under CONSILIUM_DATA. */
  S3_BUCKET: z.string().min(3).optional(),
  S3_REGION: z.string().min(1).default('us-east-1'),
  S3_ENDPOINT: z.url().optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  /** Put the bucket in the path instead of the host name: most S3 stores other than Amazon's want it. */
  S3_FORCE_PATH_STYLE: flag.default(false),
});

export interface S3Config {
  bucket: string;
  region: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  forcePathStyle: boolean;
}

export interface Config {
  /** null: embedded PostgreSQL. */
  databaseUrl: string | null;
  port: number;
  host: string;
  /** Absolute. */
  dataFolder: string;
  postgresFolder: string;
  blobFolder: string;
  s3: S3Config | null;
}

/** @throws Error naming every wrong setting, never its value: it may hold a password. */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the environment is wrong:\n  ${wrong.join('\n  ')}`);
  }
  const env = parsed.data;
  const dataFolder = resolve(env.CONSILIUM_DATA);
  return {
    databaseUrl: env.DATABASE_URL ?? null,
    port: env.PORT,
    host: env.HOST,
    dataFolder,
    postgresFolder: join(dataFolder, 'postgres'),
    blobFolder: join(dataFolder, 'blobs'),
    s3: s3Config(env),
  };
}

function s3Config(env: z.infer<typeof Environment>): S3Config | null {
  if (!env.S3_BUCKET) return null;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId !== !secretAccessKey) {
    throw new Error('the environment is wrong: S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together');
  }
  return {
    bucket: env.S3_BUCKET,
    region: env.S3_REGION,
    endpoint: env.S3_ENDPOINT,
    // Without keys the S3 library looks where it always does: the machine's role, a profile.
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    forcePathStyle: env.S3_FORCE_PATH_STYLE,
  };
}
