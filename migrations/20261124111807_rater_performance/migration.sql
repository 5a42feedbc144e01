-- CreateTable
CREATE TABLE "rater_performance" (
    "fusion_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "rater_id" UUID NOT NULL,
    "structure_id" UUID NOT NULL,
    "sensitivity" DOUBLE PRECISION,
    "specificity" DOUBLE PRECISION,

    CONSTRAINT "rater_performance_pkey" PRIMARY KEY ("fusion_id","image_id","rater_id","structure_id")
);

-- CreateIndex
CREATE INDEX "rater_performance_image_id_idx" ON "rater_performance"("image_id");

-- CreateIndex
CREATE INDEX "rater_performance_rater_id_fusion_id_idx" ON "rater_performance"("rater_id", "fusion_id");

-- CreateIndex
CREATE INDEX "rater_performance_structure_id_idx" ON "rater_performance"("structure_id");

-- AddForeignKey
ALTER TABLE "rater_performance" ADD CONSTRAINT "rater_performance_fusion_id_fkey" FOREIGN KEY ("fusion_id") REFERENCES "fusions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rater_performance" ADD CONSTRAINT "rater_performance_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rater_performance" ADD CONSTRAINT "rater_performance_rater_id_fkey" FOREIGN KEY ("rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rater_performance" ADD CONSTRAINT "rater_performance_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Shares.
ALTER TABLE "rater_performance"
  ADD CONSTRAINT "rater_performance_sensitivity_share" CHECK ("sensitivity" BETWEEN 0 AND 1),
  ADD CONSTRAINT "rater_performance_specificity_share" CHECK ("specificity" BETWEEN 0 AND 1);
