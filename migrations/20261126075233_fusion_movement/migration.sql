-- AlterTable
ALTER TABLE "fused_images" ADD COLUMN     "movement" DOUBLE PRECISION;

-- A distance between two soft masks.
ALTER TABLE "fused_images" ADD CONSTRAINT "fused_images_movement_share"
  CHECK ("movement" BETWEEN 0 AND 1);
