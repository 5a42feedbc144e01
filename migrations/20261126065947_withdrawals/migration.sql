-- AlterEnum
ALTER TYPE "run_kind" ADD VALUE 'purge';

-- AlterEnum
ALTER TYPE "split" ADD VALUE 'none';

-- AlterTable
ALTER TABLE "annotations" ADD COLUMN     "origin_id" UUID,
ADD COLUMN     "purge_id" UUID,
ADD COLUMN     "withdrawal_id" UUID;

-- AlterTable
ALTER TABLE "blobs" ADD COLUMN     "erased_at" TIMESTAMPTZ(3),
ADD COLUMN     "purge_id" UUID;

-- AlterTable
ALTER TABLE "datasets" ADD COLUMN     "withdrawal_id" UUID;

-- AlterTable
ALTER TABLE "diagnoses" ADD COLUMN     "origin_id" UUID,
ADD COLUMN     "withdrawal_id" UUID;

-- AlterTable
ALTER TABLE "images" ADD COLUMN     "file_state" CHAR(64),
ADD COLUMN     "origin_id" UUID,
ADD COLUMN     "purge_id" UUID,
ADD COLUMN     "withdrawal_id" UUID;

-- CreateTable
CREATE TABLE "origins" (
    "id" UUID NOT NULL,
    "dataset_id" UUID NOT NULL,
    "file" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "origins_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "withdrawals" (
    "id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "withdrawals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "purges" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "purges_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "origins_dataset_id_file_key" ON "origins"("dataset_id", "file");

-- CreateIndex
CREATE UNIQUE INDEX "purges_run_id_key" ON "purges"("run_id");

-- CreateIndex
CREATE INDEX "annotations_origin_id_idx" ON "annotations"("origin_id");

-- CreateIndex
CREATE INDEX "annotations_withdrawal_id_idx" ON "annotations"("withdrawal_id");

-- CreateIndex
CREATE INDEX "annotations_purge_id_idx" ON "annotations"("purge_id");

-- CreateIndex
CREATE INDEX "blobs_purge_id_idx" ON "blobs"("purge_id");

-- CreateIndex
CREATE INDEX "datasets_withdrawal_id_idx" ON "datasets"("withdrawal_id");

-- CreateIndex
CREATE INDEX "diagnoses_origin_id_idx" ON "diagnoses"("origin_id");

-- CreateIndex
CREATE INDEX "diagnoses_withdrawal_id_idx" ON "diagnoses"("withdrawal_id");

-- CreateIndex
CREATE INDEX "images_origin_id_idx" ON "images"("origin_id");

-- CreateIndex
CREATE INDEX "images_withdrawal_id_idx" ON "images"("withdrawal_id");

-- CreateIndex
CREATE INDEX "images_purge_id_idx" ON "images"("purge_id");

-- AddForeignKey
ALTER TABLE "blobs" ADD CONSTRAINT "blobs_purge_id_fkey" FOREIGN KEY ("purge_id") REFERENCES "purges"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_withdrawal_id_fkey" FOREIGN KEY ("withdrawal_id") REFERENCES "withdrawals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "origins" ADD CONSTRAINT "origins_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "datasets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "purges" ADD CONSTRAINT "purges_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "images" ADD CONSTRAINT "images_origin_id_fkey" FOREIGN KEY ("origin_id") REFERENCES "origins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "images" ADD CONSTRAINT "images_withdrawal_id_fkey" FOREIGN KEY ("withdrawal_id") REFERENCES "withdrawals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "images" ADD CONSTRAINT "images_purge_id_fkey" FOREIGN KEY ("purge_id") REFERENCES "purges"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_origin_id_fkey" FOREIGN KEY ("origin_id") REFERENCES "origins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_withdrawal_id_fkey" FOREIGN KEY ("withdrawal_id") REFERENCES "withdrawals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_purge_id_fkey" FOREIGN KEY ("purge_id") REFERENCES "purges"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "diagnoses" ADD CONSTRAINT "diagnoses_origin_id_fkey" FOREIGN KEY ("origin_id") REFERENCES "origins"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "diagnoses" ADD CONSTRAINT "diagnoses_withdrawal_id_fkey" FOREIGN KEY ("withdrawal_id") REFERENCES "withdrawals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand: what Prisma cannot say.

-- Where datasets came from, as far as their imports tell: the file or folder that was asked for, beside the file that
-- describes it. A folder is completed by the next import.
INSERT INTO "origins" ("id", "dataset_id", "file")
SELECT gen_random_uuid(), d."id", r."path" FROM "datasets" d JOIN
  (SELECT DISTINCT "result"->>'datasetId' AS "dataset_id", "config"->>'path' AS "path" FROM "runs"
   WHERE "kind" = 'import' AND "status" = 'succeeded') r ON r."dataset_id" = d."id"::text
WHERE r."path" IS NOT NULL;

ALTER TABLE "withdrawals"
  ADD CONSTRAINT "withdrawals_reason_not_empty" CHECK ("reason" <> ''),
  ADD CONSTRAINT "withdrawals_actor_not_empty" CHECK ("actor" <> '');
ALTER TABLE "purges" ADD CONSTRAINT "purges_reason_not_empty" CHECK ("reason" <> '');
ALTER TABLE "origins" ADD CONSTRAINT "origins_file_not_empty" CHECK ("file" <> '');
-- What is purged is withdrawn too, and what is withdrawn is never the newest version.
ALTER TABLE "images" ADD CONSTRAINT "images_purged_are_withdrawn" CHECK ("purge_id" IS NULL OR "withdrawal_id" IS NOT NULL);
ALTER TABLE "annotations"
  ADD CONSTRAINT "annotations_withdrawn_not_current" CHECK ("withdrawal_id" IS NULL OR NOT "current"),
  ADD CONSTRAINT "annotations_purged_are_withdrawn" CHECK ("purge_id" IS NULL OR "withdrawal_id" IS NOT NULL);
ALTER TABLE "diagnoses"
  ADD CONSTRAINT "diagnoses_withdrawn_not_current" CHECK ("withdrawal_id" IS NULL OR NOT "current");
ALTER TABLE "blobs" ADD CONSTRAINT "blobs_erased_are_purged" CHECK ("erased_at" IS NULL OR "purge_id" IS NOT NULL);

CREATE TRIGGER "withdrawals_append_only" BEFORE UPDATE OR DELETE ON "withdrawals"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "purges_append_only" BEFORE UPDATE OR DELETE ON "purges" FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- As before, and: a reading may be withdrawn and purged, and becomes current again only where a withdrawal is undone.
CREATE OR REPLACE FUNCTION refuse_change_of_reading() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE movable CONSTANT text[] := ARRAY['current', 'origin_id', 'withdrawal_id', 'purge_id'];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF to_jsonb(OLD) - movable = to_jsonb(NEW) - movable
       AND (NOT NEW.current OR OLD.current OR (OLD.withdrawal_id IS NOT NULL AND NEW.withdrawal_id IS NULL))
    THEN RETURN NEW; END IF;
  ELSIF NOT EXISTS (SELECT FROM images WHERE id = OLD.image_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% are versioned: % is refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

-- A row never points to bytes that are gone: who writes the same bytes again says so first (registerBlobs).
CREATE FUNCTION refuse_purged_blob() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM blobs WHERE sha256 = NEW.sha256 AND purge_id IS NOT NULL) THEN
    RAISE EXCEPTION 'the bytes of % were purged: % is refused', NEW.sha256, TG_TABLE_NAME
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "images_have_bytes" BEFORE INSERT ON "images" FOR EACH ROW EXECUTE FUNCTION refuse_purged_blob();
CREATE TRIGGER "annotations_have_bytes" BEFORE INSERT ON "annotations" FOR EACH ROW EXECUTE FUNCTION refuse_purged_blob();
CREATE TRIGGER "fused_masks_have_bytes" BEFORE INSERT ON "fused_masks" FOR EACH ROW EXECUTE FUNCTION refuse_purged_blob();
CREATE TRIGGER "expertness_maps_have_bytes" BEFORE INSERT ON "expertness_maps" FOR EACH ROW EXECUTE FUNCTION refuse_purged_blob();
CREATE TRIGGER "predicted_masks_have_bytes" BEFORE INSERT ON "predicted_masks" FOR EACH ROW EXECUTE FUNCTION refuse_purged_blob();
CREATE TRIGGER "agreement_maps_have_bytes" BEFORE INSERT ON "agreement_maps" FOR EACH ROW EXECUTE FUNCTION refuse_purged_blob();
