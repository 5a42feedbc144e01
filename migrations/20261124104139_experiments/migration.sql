-- AlterEnum
ALTER TYPE "run_kind" ADD VALUE 'experiment';

-- CreateTable
CREATE TABLE "experiments" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "snapshot_id" UUID NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "experiments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "experiment_steps" (
    "experiment_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "label" TEXT NOT NULL,
    "run_id" UUID NOT NULL,

    CONSTRAINT "experiment_steps_pkey" PRIMARY KEY ("experiment_id","position")
);

-- CreateTable
CREATE TABLE "experiment_rows" (
    "id" UUID NOT NULL,
    "experiment_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "protocol" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "model" TEXT,
    "rater" TEXT,
    "against" TEXT,
    "metric" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "interval" TEXT,
    "p_value" DOUBLE PRECISION,
    "seeds" INTEGER[],
    "transductive" BOOLEAN NOT NULL,
    "note" TEXT,
    "paper" DOUBLE PRECISION,

    CONSTRAINT "experiment_rows_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "experiment_row_steps" (
    "row_id" UUID NOT NULL,
    "experiment_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "experiment_row_steps_pkey" PRIMARY KEY ("row_id","position")
);

-- CreateIndex
CREATE UNIQUE INDEX "experiments_run_id_key" ON "experiments"("run_id");

-- CreateIndex
CREATE INDEX "experiments_snapshot_id_name_idx" ON "experiments"("snapshot_id", "name");

-- CreateIndex
CREATE INDEX "experiment_steps_run_id_idx" ON "experiment_steps"("run_id");

-- CreateIndex
CREATE UNIQUE INDEX "experiment_rows_experiment_id_position_key" ON "experiment_rows"("experiment_id", "position");

-- CreateIndex
CREATE INDEX "experiment_row_steps_experiment_id_position_idx" ON "experiment_row_steps"("experiment_id", "position");

-- AddForeignKey
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiment_steps" ADD CONSTRAINT "experiment_steps_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiment_steps" ADD CONSTRAINT "experiment_steps_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiment_rows" ADD CONSTRAINT "experiment_rows_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiment_row_steps" ADD CONSTRAINT "experiment_row_steps_row_id_fkey" FOREIGN KEY ("row_id") REFERENCES "experiment_rows"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiment_row_steps" ADD CONSTRAINT "experiment_row_steps_experiment_id_position_fkey" FOREIGN KEY ("experiment_id", "position") REFERENCES "experiment_steps"("experiment_id", "position") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_name_not_empty" CHECK ("name" <> '');
ALTER TABLE "experiment_steps"
  ADD CONSTRAINT "experiment_steps_position_not_negative" CHECK ("position" >= 0);
ALTER TABLE "experiment_rows"
  ADD CONSTRAINT "experiment_rows_position_not_negative" CHECK ("position" >= 0),
  ADD CONSTRAINT "experiment_rows_protocol_known" CHECK ("protocol" IN ('paper', 'leak-controlled', 'both')),
  ADD CONSTRAINT "experiment_rows_interval_ordered" CHECK ("low" <= "high"),
  ADD CONSTRAINT "experiment_rows_p_value_share" CHECK ("p_value" BETWEEN 0 AND 1);
