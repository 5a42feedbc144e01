-- AlterTable
ALTER TABLE "evaluations" ALTER COLUMN "judge_model_id" DROP NOT NULL;
