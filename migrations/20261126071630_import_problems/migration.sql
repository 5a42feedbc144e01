-- CreateEnum
CREATE TYPE "problem_severity" AS ENUM ('error', 'warning');

-- CreateTable
CREATE TABLE "import_problems" (
    "run_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "severity" "problem_severity" NOT NULL,
    "cause" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "row" INTEGER,
    "field" TEXT NOT NULL,
    "message" TEXT NOT NULL,

    CONSTRAINT "import_problems_pkey" PRIMARY KEY ("run_id","position")
);

-- AddForeignKey
ALTER TABLE "import_problems" ADD CONSTRAINT "import_problems_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
