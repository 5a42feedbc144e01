-- CreateTable
CREATE TABLE "fusion_diagnosis_models" (
    "fusion_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "model_id" UUID NOT NULL,

    CONSTRAINT "fusion_diagnosis_models_pkey" PRIMARY KEY ("fusion_id","position")
);

-- What a fusion has asked so far stays its one model.
INSERT INTO "fusion_diagnosis_models" ("fusion_id", "position", "model_id")
SELECT "id", 0, "diagnosis_model_id" FROM "fusions" WHERE "diagnosis_model_id" IS NOT NULL;

-- A run's config is the request that a worker takes up again. (Its key is that of the old words: the same work asked for
-- now is a new run.)
UPDATE "runs"
SET "config" = ("config" - 'diagnosisModelId') || jsonb_build_object(
  'diagnosisModelIds',
  CASE WHEN "config" ->> 'diagnosisModelId' IS NULL THEN '[]' ELSE jsonb_build_array("config" -> 'diagnosisModelId') END
)
WHERE "kind" = 'fusion' AND "config" ? 'diagnosisModelId';

-- DropForeignKey
ALTER TABLE "fusions" DROP CONSTRAINT "fusions_diagnosis_model_id_fkey";

-- DropIndex
DROP INDEX "fusions_diagnosis_model_id_idx";

-- AlterTable
ALTER TABLE "fusions" DROP COLUMN "diagnosis_model_id";

-- CreateIndex
CREATE INDEX "fusion_diagnosis_models_model_id_idx" ON "fusion_diagnosis_models"("model_id");

-- CreateIndex
CREATE UNIQUE INDEX "fusion_diagnosis_models_fusion_id_model_id_key" ON "fusion_diagnosis_models"("fusion_id", "model_id");

-- AddForeignKey
ALTER TABLE "fusion_diagnosis_models" ADD CONSTRAINT "fusion_diagnosis_models_fusion_id_fkey" FOREIGN KEY ("fusion_id") REFERENCES "fusions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fusion_diagnosis_models" ADD CONSTRAINT "fusion_diagnosis_models_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say.
ALTER TABLE "fusion_diagnosis_models"
  ADD CONSTRAINT "fusion_diagnosis_models_position_not_negative" CHECK ("position" >= 0);
