-- AlterEnum
ALTER TYPE "run_kind" ADD VALUE 'reproduction';

-- AlterTable
ALTER TABLE "experiments" ADD COLUMN     "method_version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "fusions" ADD COLUMN     "method_version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "models" ADD COLUMN     "method_version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "key_version" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "repetition" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "reproductions" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "original_id" UUID NOT NULL,
    "repeated_id" UUID NOT NULL,

    CONSTRAINT "reproductions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reproduction_artifacts" (
    "reproduction_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "original" CHAR(64),
    "repeated" CHAR(64),

    CONSTRAINT "reproduction_artifacts_pkey" PRIMARY KEY ("reproduction_id","position")
);

-- CreateIndex
CREATE UNIQUE INDEX "reproductions_run_id_key" ON "reproductions"("run_id");

-- CreateIndex
CREATE INDEX "reproductions_original_id_idx" ON "reproductions"("original_id");

-- CreateIndex
CREATE INDEX "reproductions_repeated_id_idx" ON "reproductions"("repeated_id");

-- AddForeignKey
ALTER TABLE "reproductions" ADD CONSTRAINT "reproductions_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reproductions" ADD CONSTRAINT "reproductions_original_id_fkey" FOREIGN KEY ("original_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reproductions" ADD CONSTRAINT "reproductions_repeated_id_fkey" FOREIGN KEY ("repeated_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reproduction_artifacts" ADD CONSTRAINT "reproduction_artifacts_reproduction_id_fkey" FOREIGN KEY ("reproduction_id") REFERENCES "reproductions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The same work may be asked for once more.
DROP INDEX "runs_live_key";
CREATE UNIQUE INDEX "runs_live_key" ON "runs" ("key", "repetition") WHERE "status" NOT IN ('failed', 'cancelled');
