-- AlterTable
ALTER TABLE "evaluation_metrics" ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "unit" TEXT;

-- AlterTable
ALTER TABLE "image_metrics" DROP CONSTRAINT "image_metrics_pkey",
ADD COLUMN     "id" UUID NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN     "rater_id" UUID,
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "unit" TEXT,
ADD CONSTRAINT "image_metrics_pkey" PRIMARY KEY ("id");

-- Only for the rows that were there: the application brings its own ids.
ALTER TABLE "image_metrics" ALTER COLUMN "id" DROP DEFAULT;

-- What these were measured with until they had settings.
UPDATE "evaluation_metrics" SET "settings" = '{"thresholds": [0.1, 0.3, 0.5, 0.7, 0.9]}'
WHERE "name" IN ('soft_dice', 'soft_iou');
UPDATE "image_metrics" SET "settings" = '{"thresholds": [0.1, 0.3, 0.5, 0.7, 0.9]}'
WHERE "name" IN ('soft_dice', 'soft_iou', 'mean_rater_dice');

-- CreateIndex
CREATE INDEX "image_metrics_rater_id_idx" ON "image_metrics"("rater_id");

-- AddForeignKey
ALTER TABLE "image_metrics" ADD CONSTRAINT "image_metrics_rater_id_fkey" FOREIGN KEY ("rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A place has one number of each metric and its settings. Partial, so that Prisma leaves them alone (as in integrity).
DROP INDEX "evaluation_metrics_name_key";
CREATE UNIQUE INDEX "evaluation_metrics_name_key"
  ON "evaluation_metrics" ("evaluation_id", "name", "settings", "structure_id", "rater_id") NULLS NOT DISTINCT
  WHERE "name" <> '';
CREATE UNIQUE INDEX "image_metrics_name_key"
  ON "image_metrics" ("evaluation_id", "image_id", "structure_id", "name", "settings", "rater_id") NULLS NOT DISTINCT
  WHERE "name" <> '';
