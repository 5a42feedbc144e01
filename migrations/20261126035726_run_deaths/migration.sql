-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "deaths" INTEGER NOT NULL DEFAULT 0;

-- What Prisma cannot say
ALTER TABLE "runs" ADD CONSTRAINT "runs_deaths_not_negative" CHECK ("deaths" >= 0);
