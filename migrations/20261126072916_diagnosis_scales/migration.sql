-- CreateEnum
CREATE TYPE "diagnosis_kind" AS ENUM ('binary', 'nominal', 'ordinal');

-- CreateEnum
CREATE TYPE "agreement_subject" AS ENUM ('masks', 'diagnoses');

-- AlterTable
ALTER TABLE "agreements" ADD COLUMN     "subject" "agreement_subject" NOT NULL DEFAULT 'masks';

-- AlterTable
ALTER TABLE "datasets" ADD COLUMN     "diagnosis_kind" "diagnosis_kind" NOT NULL DEFAULT 'binary',
ADD COLUMN     "label_rule" JSONB;

-- AlterTable
ALTER TABLE "diagnoses" ALTER COLUMN "value" DROP NOT NULL;

-- AlterTable
ALTER TABLE "images" ALTER COLUMN "sha256" DROP NOT NULL,
ALTER COLUMN "width" DROP NOT NULL,
ALTER COLUMN "height" DROP NOT NULL;

-- AlterTable
ALTER TABLE "snapshot_images" ADD COLUMN     "grade" SMALLINT,
ADD COLUMN     "label" SMALLINT,
ADD COLUMN     "probabilities" DOUBLE PRECISION[];

-- AlterTable
ALTER TABLE "snapshots" ADD COLUMN     "label_rule" JSONB;

-- CreateTable
CREATE TABLE "snapshot_diagnoses" (
    "snapshot_id" UUID NOT NULL,
    "diagnosis_id" UUID NOT NULL,

    CONSTRAINT "snapshot_diagnoses_pkey" PRIMARY KEY ("snapshot_id","diagnosis_id")
);

-- CreateTable
CREATE TABLE "snapshot_graders" (
    "snapshot_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "grades" INTEGER NOT NULL,
    "confusion" DOUBLE PRECISION[],
    "ability" DOUBLE PRECISION,

    CONSTRAINT "snapshot_graders_pkey" PRIMARY KEY ("snapshot_id","name")
);

-- CreateTable
CREATE TABLE "grade_agreement_metrics" (
    "id" UUID NOT NULL,
    "agreement_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "grader" TEXT,
    "other_grader" TEXT,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "interval" TEXT,
    "count" INTEGER NOT NULL,
    "undefined_count" INTEGER NOT NULL,
    "note" TEXT,

    CONSTRAINT "grade_agreement_metrics_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "snapshot_diagnoses_diagnosis_id_idx" ON "snapshot_diagnoses"("diagnosis_id");

-- CreateIndex
CREATE UNIQUE INDEX "grade_agreement_metrics_agreement_id_position_key" ON "grade_agreement_metrics"("agreement_id", "position");

-- AddForeignKey
ALTER TABLE "snapshot_diagnoses" ADD CONSTRAINT "snapshot_diagnoses_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "snapshot_diagnoses" ADD CONSTRAINT "snapshot_diagnoses_diagnosis_id_fkey" FOREIGN KEY ("diagnosis_id") REFERENCES "diagnoses"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "snapshot_graders" ADD CONSTRAINT "snapshot_graders_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grade_agreement_metrics" ADD CONSTRAINT "grade_agreement_metrics_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreements"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

-- A diagnosis is one of the values of its dataset's scale.
ALTER TABLE "diagnoses" DROP CONSTRAINT "diagnoses_value_binary";
CREATE FUNCTION refuse_value_off_scale() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  count INTEGER;
BEGIN
  SELECT CASE WHEN d.diagnosis_kind = 'binary' THEN 2 ELSE cardinality(d.diagnosis_names) END INTO count
    FROM images i JOIN datasets d ON d.id = i.dataset_id WHERE i.id = NEW.image_id;
  IF NEW.value < 0 OR NEW.value >= count THEN
    RAISE EXCEPTION 'diagnoses_value_on_scale: value % of a scale of % values', NEW.value, count USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "diagnoses_value_on_scale" BEFORE INSERT ON "diagnoses"
  FOR EACH ROW WHEN (NEW.value IS NOT NULL) EXECUTE FUNCTION refuse_value_off_scale();
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_diagnosis_names_of_kind" CHECK (CASE "diagnosis_kind"
  WHEN 'binary' THEN cardinality("diagnosis_names") IN (0, 2) ELSE cardinality("diagnosis_names") >= 2 END);

ALTER TABLE "images"
  ADD CONSTRAINT "images_size_whole" CHECK (("width" IS NULL) = ("height" IS NULL)),
  ADD CONSTRAINT "images_picture_has_size" CHECK ("sha256" IS NULL OR "width" IS NOT NULL);

ALTER TABLE "snapshot_images" ADD CONSTRAINT "snapshot_images_label_binary" CHECK ("label" IN (0, 1));
-- What is frozen stays as it was: until now the label was the diagnosis.
ALTER TABLE "snapshot_images" DISABLE TRIGGER "snapshot_images_frozen";
UPDATE "snapshot_images" s SET "label" = d."value" FROM "diagnoses" d WHERE d."id" = s."diagnosis_id";
ALTER TABLE "snapshot_images" ENABLE TRIGGER "snapshot_images_frozen";

CREATE TRIGGER "snapshot_diagnoses_frozen" BEFORE UPDATE OR DELETE ON "snapshot_diagnoses"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_snapshot();
CREATE TRIGGER "snapshot_graders_frozen" BEFORE UPDATE OR DELETE ON "snapshot_graders"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_snapshot();

ALTER TABLE "grade_agreement_metrics"
  ADD CONSTRAINT "grade_agreement_metrics_counts_not_negative" CHECK ("count" >= 0 AND "undefined_count" >= 0);
