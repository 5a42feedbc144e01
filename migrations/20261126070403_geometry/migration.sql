-- AlterTable
ALTER TABLE "evaluation_metrics" ADD COLUMN     "vanished_count" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "fused_images" ADD COLUMN     "vanished_masks" INTEGER NOT NULL DEFAULT 0;

-- The size of each stored mask: before, it was that of its fusion or model.
ALTER TABLE "fused_masks" ADD COLUMN "height" INTEGER, ADD COLUMN "width" INTEGER;
UPDATE "fused_masks" m SET height = f.height, width = f.width FROM "fusions" f WHERE f.id = m.fusion_id;
ALTER TABLE "fused_masks" ALTER COLUMN "height" SET NOT NULL, ALTER COLUMN "width" SET NOT NULL;

ALTER TABLE "expertness_maps" ADD COLUMN "height" INTEGER, ADD COLUMN "width" INTEGER;
UPDATE "expertness_maps" m SET height = f.height, width = f.width FROM "fusions" f WHERE f.id = m.fusion_id;
ALTER TABLE "expertness_maps" ALTER COLUMN "height" SET NOT NULL, ALTER COLUMN "width" SET NOT NULL;

ALTER TABLE "predicted_masks" ADD COLUMN "height" INTEGER, ADD COLUMN "width" INTEGER;
UPDATE "predicted_masks" p SET height = m.height, width = m.width FROM "models" m WHERE m.id = p.model_id;
ALTER TABLE "predicted_masks" ALTER COLUMN "height" SET NOT NULL, ALTER COLUMN "width" SET NOT NULL;

-- AlterTable
ALTER TABLE "fusions" ALTER COLUMN "height" DROP NOT NULL,
ALTER COLUMN "width" DROP NOT NULL;

-- The spacing of pixels was kept among the metadata, by readers that knew it.
ALTER TABLE "images" ADD COLUMN "spacing_y" DOUBLE PRECISION, ADD COLUMN "spacing_x" DOUBLE PRECISION;
UPDATE "images" SET
  spacing_y = (metadata ->> 'spacingY')::float8,
  spacing_x = (metadata ->> 'spacingX')::float8
WHERE jsonb_typeof(metadata -> 'spacingY') = 'number' AND jsonb_typeof(metadata -> 'spacingX') = 'number'
  AND (metadata ->> 'spacingY')::float8 > 0 AND (metadata ->> 'spacingX')::float8 > 0;
ALTER TABLE "images" ADD CONSTRAINT "images_spacing_check" CHECK (
  (spacing_y IS NULL) = (spacing_x IS NULL) AND (spacing_y IS NULL OR (spacing_y > 0 AND spacing_x > 0))
);
