-- AlterTable
ALTER TABLE "fused_images" ADD COLUMN     "spectral_energy" DOUBLE PRECISION;

-- A share.
ALTER TABLE "fused_images" ADD CONSTRAINT "fused_images_spectral_energy_share"
  CHECK ("spectral_energy" BETWEEN 0 AND 1);
