-- AlterTable
ALTER TABLE "agreement_metrics" ADD COLUMN     "both_empty_count" INTEGER,
ADD COLUMN     "one_empty_count" INTEGER;

-- AlterTable
ALTER TABLE "evaluation_metrics" ADD COLUMN     "both_empty_count" INTEGER,
ADD COLUMN     "one_empty_count" INTEGER;

-- AlterTable
ALTER TABLE "experiment_rows" ADD COLUMN     "both_empty_count" INTEGER,
ADD COLUMN     "one_empty_count" INTEGER;

-- CreateTable
CREATE TABLE "image_agreements" (
    "id" UUID NOT NULL,
    "agreement_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "structure_id" UUID NOT NULL,
    "rater_id" UUID,
    "other_rater_id" UUID,
    "name" TEXT NOT NULL,
    "unit" TEXT,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "image_agreements_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "image_agreements_agreement_id_name_value_idx" ON "image_agreements"("agreement_id", "name", "value");

-- CreateIndex
CREATE INDEX "image_agreements_image_id_idx" ON "image_agreements"("image_id");

-- CreateIndex
CREATE INDEX "image_agreements_structure_id_idx" ON "image_agreements"("structure_id");

-- CreateIndex
CREATE INDEX "image_agreements_rater_id_idx" ON "image_agreements"("rater_id");

-- CreateIndex
CREATE INDEX "image_agreements_other_rater_id_idx" ON "image_agreements"("other_rater_id");

-- AddForeignKey
ALTER TABLE "image_agreements" ADD CONSTRAINT "image_agreements_agreement_id_fkey" FOREIGN KEY ("agreement_id") REFERENCES "agreements"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_agreements" ADD CONSTRAINT "image_agreements_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_agreements" ADD CONSTRAINT "image_agreements_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_agreements" ADD CONSTRAINT "image_agreements_rater_id_fkey" FOREIGN KEY ("rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_agreements" ADD CONSTRAINT "image_agreements_other_rater_id_fkey" FOREIGN KEY ("other_rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
