-- AlterTable
ALTER TABLE "evaluations" ADD COLUMN     "fold_index" INTEGER,
ADD COLUMN     "fold_of" INTEGER;
