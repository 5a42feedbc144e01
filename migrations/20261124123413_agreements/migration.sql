-- CreateEnum
CREATE TYPE "agreement_map_kind" AS ENUM ('agreement', 'entropy');

-- AlterEnum
ALTER TYPE "run_kind" ADD VALUE 'agreement';

-- CreateTable
CREATE TABLE "agreements" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "snapshot_id" UUID NOT NULL,
    "split" "split",

    CONSTRAINT "agreements_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agreement_metrics" (
    "id" UUID NOT NULL,
    "agreement_id" UUID NOT NULL,
    "structure_id" UUID NOT NULL,
    "rater_id" UUID,
    "other_rater_id" UUID,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "interval" TEXT,
    "count" INTEGER NOT NULL,
    "undefined_count" INTEGER NOT NULL,
    "note" TEXT,

    CONSTRAINT "agreement_metrics_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agreement_maps" (
    "agreement_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "structure_id" UUID NOT NULL,
    "kind" "agreement_map_kind" NOT NULL,
    "sha256" CHAR(64) NOT NULL,

    CONSTRAINT "agreement_maps_pkey" PRIMARY KEY ("agreement_id","image_id","structure_id","kind")
);

-- CreateIndex
CREATE UNIQUE INDEX "agreements_run_id_key" ON "agreements"("run_id");

-- CreateIndex
CREATE INDEX "agreements_snapshot_id_idx" ON "agreements"("snapshot_id");

-- CreateIndex
CREATE INDEX "agreement_metrics_agreement_id_name_idx" ON "agreement_metrics"("agreement_id", "name");

-- CreateIndex
CREATE INDEX "agreement_metrics_structure_id_idx" ON "agreement_metrics"("structure_id");

-- CreateIndex
CREATE INDEX "agreement_metrics_rater_id_idx" ON "agreement_metrics"("rater_id");

-- CreateIndex
CREATE INDEX "agreement_metrics_other_rater_id_idx" ON "agreement_metrics"("other_rater_id");

-- CreateIndex
CREATE INDEX "agreement_maps_image_id_idx" ON "agreement_maps"("image_id");

-- CreateIndex
CREATE INDEX "agreement_maps_structure_id_idx" ON "agreement_maps"("structure_id");

-- CreateIndex
CREATE INDEX "agreement_maps_sha256_idx" ON "agreement_maps"("sha256");

-- AddForeignKey
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_metrics" ADD CONSTRAINT "agreement_metrics_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreements"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_metrics" ADD CONSTRAINT "agreement_metrics_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_metrics" ADD CONSTRAINT "agreement_metrics_rater_id_fkey" FOREIGN KEY ("rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_metrics" ADD CONSTRAINT "agreement_metrics_other_rater_id_fkey" FOREIGN KEY ("other_rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_maps" ADD CONSTRAINT "agreement_maps_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreements"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_maps" ADD CONSTRAINT "agreement_maps_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_maps" ADD CONSTRAINT "agreement_maps_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_maps" ADD CONSTRAINT "agreement_maps_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say.
ALTER TABLE "agreement_metrics"
  ADD CONSTRAINT "agreement_metrics_two_raters" CHECK ("other_rater_id" IS NULL OR "rater_id" <> "other_rater_id"),
  ADD CONSTRAINT "agreement_metrics_other_rater_second" CHECK ("other_rater_id" IS NULL OR "rater_id" IS NOT NULL),
  ADD CONSTRAINT "agreement_metrics_interval_ordered" CHECK ("low" <= "high"),
  ADD CONSTRAINT "agreement_metrics_counts_not_negative" CHECK ("count" >= 0 AND "undefined_count" >= 0);

-- One number of a name for each structure and rater or pair, so that no retry can write two (partial as
-- evaluation_metrics_name_key is).
CREATE UNIQUE INDEX "agreement_metrics_name_key"
  ON "agreement_metrics" ("agreement_id", "name", "structure_id", "rater_id", "other_rater_id") NULLS NOT DISTINCT
  WHERE "name" <> '';
