-- AlterTable
ALTER TABLE "experiment_rows" ADD COLUMN     "fold" INTEGER,
ADD COLUMN     "judge" TEXT,
ADD COLUMN     "structure" TEXT;
