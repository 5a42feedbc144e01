-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "split" AS ENUM ('train', 'validation', 'test');

-- CreateEnum
CREATE TYPE "rater_kind" AS ENUM ('person', 'level');

-- CreateEnum
CREATE TYPE "run_kind" AS ENUM ('import', 'fusion', 'training', 'evaluation');

-- CreateEnum
CREATE TYPE "run_status" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "model_task" AS ENUM ('diagnosis', 'segmentation');

-- CreateTable
CREATE TABLE "blobs" (
    "sha256" CHAR(64) NOT NULL,
    "bytes" INTEGER NOT NULL,
    "media_type" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "blobs_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "datasets" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "modality" TEXT NOT NULL DEFAULT '',
    "diagnosis_names" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "datasets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "structures" (
    "id" UUID NOT NULL,
    "dataset_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "structures_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "raters" (
    "id" UUID NOT NULL,
    "dataset_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" "rater_kind" NOT NULL DEFAULT 'person',
    "informativeness" DOUBLE PRECISION,

    CONSTRAINT "raters_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "images" (
    "id" UUID NOT NULL,
    "dataset_id" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "split" "split" NOT NULL,
    "sha256" CHAR(64) NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "images_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "annotations" (
    "id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "rater_id" UUID NOT NULL,
    "structure_id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "current" BOOLEAN NOT NULL DEFAULT true,
    "sha256" CHAR(64) NOT NULL,
    "area" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "annotations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "diagnoses" (
    "id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "current" BOOLEAN NOT NULL DEFAULT true,
    "value" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "diagnoses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cohorts" (
    "id" UUID NOT NULL,
    "dataset_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "filter" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cohorts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "snapshots" (
    "id" UUID NOT NULL,
    "cohort_id" UUID NOT NULL,
    "hash" CHAR(64) NOT NULL,
    "image_count" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "snapshots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "snapshot_images" (
    "snapshot_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "split" "split" NOT NULL,
    "diagnosis_id" UUID,

    CONSTRAINT "snapshot_images_pkey" PRIMARY KEY ("snapshot_id","image_id")
);

-- CreateTable
CREATE TABLE "snapshot_annotations" (
    "snapshot_id" UUID NOT NULL,
    "annotation_id" UUID NOT NULL,

    CONSTRAINT "snapshot_annotations_pkey" PRIMARY KEY ("snapshot_id","annotation_id")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" UUID NOT NULL,
    "kind" "run_kind" NOT NULL,
    "status" "run_status" NOT NULL DEFAULT 'queued',
    "key" CHAR(64) NOT NULL,
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "stage" TEXT NOT NULL DEFAULT '',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "config" JSONB NOT NULL,
    "seed" INTEGER NOT NULL DEFAULT 0,
    "code_version" TEXT NOT NULL,
    "environment" JSONB,
    "result" JSONB,
    "error_code" TEXT,
    "error_message" TEXT,
    "error_stack" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "cancel_requested_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "epoch_metrics" (
    "run_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "epoch_metrics_pkey" PRIMARY KEY ("run_id","epoch","name")
);

-- CreateTable
CREATE TABLE "checkpoints" (
    "run_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "sha256" CHAR(64) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("run_id","epoch")
);

-- CreateTable
CREATE TABLE "fusions" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "snapshot_id" UUID NOT NULL,
    "method" TEXT NOT NULL,
    "transductive" BOOLEAN NOT NULL,
    "permuted_diagnoses" BOOLEAN NOT NULL DEFAULT false,
    "diagnosis_model_id" UUID,
    "height" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,

    CONSTRAINT "fusions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fused_images" (
    "fusion_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "iterations" INTEGER NOT NULL,
    "converged" BOOLEAN NOT NULL,
    "losses" DOUBLE PRECISION[],
    "initial_logit" DOUBLE PRECISION,
    "final_logit" DOUBLE PRECISION,

    CONSTRAINT "fused_images_pkey" PRIMARY KEY ("fusion_id","image_id")
);

-- CreateTable
CREATE TABLE "fused_masks" (
    "fusion_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "structure_id" UUID NOT NULL,
    "sha256" CHAR(64) NOT NULL,

    CONSTRAINT "fused_masks_pkey" PRIMARY KEY ("fusion_id","image_id","structure_id")
);

-- CreateTable
CREATE TABLE "expertness_maps" (
    "fusion_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "rater_id" UUID NOT NULL,
    "sha256" CHAR(64) NOT NULL,

    CONSTRAINT "expertness_maps_pkey" PRIMARY KEY ("fusion_id","image_id","rater_id")
);

-- CreateTable
CREATE TABLE "rater_weights" (
    "fusion_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "rater_id" UUID NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,
    "sensitivity" DOUBLE PRECISION,
    "specificity" DOUBLE PRECISION,

    CONSTRAINT "rater_weights_pkey" PRIMARY KEY ("fusion_id","image_id","rater_id")
);

-- CreateTable
CREATE TABLE "models" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "snapshot_id" UUID NOT NULL,
    "method" TEXT NOT NULL,
    "task" "model_task" NOT NULL,
    "fusion_id" UUID NOT NULL,
    "diagnosis_model_id" UUID,
    "height" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,
    "sha256" CHAR(64),

    CONSTRAINT "models_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "predicted_masks" (
    "model_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "structure_id" UUID NOT NULL,
    "sha256" CHAR(64) NOT NULL,

    CONSTRAINT "predicted_masks_pkey" PRIMARY KEY ("model_id","image_id","structure_id")
);

-- CreateTable
CREATE TABLE "evaluations" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "snapshot_id" UUID NOT NULL,
    "split" "split" NOT NULL,
    "fusion_id" UUID,
    "model_id" UUID,
    "judge_model_id" UUID NOT NULL,
    "transductive" BOOLEAN NOT NULL,

    CONSTRAINT "evaluations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evaluation_metrics" (
    "id" UUID NOT NULL,
    "evaluation_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "structure_id" UUID,
    "rater_id" UUID,
    "value" DOUBLE PRECISION,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "interval" TEXT,
    "count" INTEGER NOT NULL,
    "undefined_count" INTEGER NOT NULL DEFAULT 0,
    "transductive" BOOLEAN NOT NULL,
    "note" TEXT,

    CONSTRAINT "evaluation_metrics_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "diagnosis_scores" (
    "evaluation_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "logit" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "diagnosis_scores_pkey" PRIMARY KEY ("evaluation_id","image_id")
);

-- CreateTable
CREATE TABLE "image_metrics" (
    "evaluation_id" UUID NOT NULL,
    "image_id" UUID NOT NULL,
    "structure_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "image_metrics_pkey" PRIMARY KEY ("evaluation_id","image_id","structure_id","name")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "datasets_name_key" ON "datasets"("name");

-- CreateIndex
CREATE UNIQUE INDEX "structures_dataset_id_name_key" ON "structures"("dataset_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "structures_dataset_id_position_key" ON "structures"("dataset_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "raters_dataset_id_name_key" ON "raters"("dataset_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "raters_dataset_id_position_key" ON "raters"("dataset_id", "position");

-- CreateIndex
CREATE INDEX "images_dataset_id_id_idx" ON "images"("dataset_id", "id");

-- CreateIndex
CREATE INDEX "images_dataset_id_split_id_idx" ON "images"("dataset_id", "split", "id");

-- CreateIndex
CREATE INDEX "images_metadata_idx" ON "images" USING GIN ("metadata" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "images_dataset_id_subject_idx" ON "images"("dataset_id", "subject");

-- CreateIndex
CREATE INDEX "images_sha256_idx" ON "images"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "images_dataset_id_path_key" ON "images"("dataset_id", "path");

-- CreateIndex
CREATE INDEX "annotations_rater_id_idx" ON "annotations"("rater_id");

-- CreateIndex
CREATE INDEX "annotations_structure_id_idx" ON "annotations"("structure_id");

-- CreateIndex
CREATE INDEX "annotations_sha256_idx" ON "annotations"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "annotations_image_id_rater_id_structure_id_version_key" ON "annotations"("image_id", "rater_id", "structure_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "diagnoses_image_id_source_version_key" ON "diagnoses"("image_id", "source", "version");

-- CreateIndex
CREATE UNIQUE INDEX "cohorts_dataset_id_name_key" ON "cohorts"("dataset_id", "name");

-- CreateIndex
CREATE INDEX "snapshots_hash_idx" ON "snapshots"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "snapshots_cohort_id_hash_key" ON "snapshots"("cohort_id", "hash");

-- CreateIndex
CREATE INDEX "snapshot_images_image_id_idx" ON "snapshot_images"("image_id");

-- CreateIndex
CREATE INDEX "snapshot_images_diagnosis_id_idx" ON "snapshot_images"("diagnosis_id");

-- CreateIndex
CREATE UNIQUE INDEX "snapshot_images_snapshot_id_position_key" ON "snapshot_images"("snapshot_id", "position");

-- CreateIndex
CREATE INDEX "snapshot_annotations_annotation_id_idx" ON "snapshot_annotations"("annotation_id");

-- CreateIndex
CREATE INDEX "runs_status_created_at_idx" ON "runs"("status", "created_at");

-- CreateIndex
CREATE INDEX "runs_kind_created_at_id_idx" ON "runs"("kind", "created_at", "id");

-- CreateIndex
CREATE INDEX "runs_key_idx" ON "runs"("key");

-- CreateIndex
CREATE INDEX "checkpoints_sha256_idx" ON "checkpoints"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "fusions_run_id_key" ON "fusions"("run_id");

-- CreateIndex
CREATE INDEX "fusions_snapshot_id_method_idx" ON "fusions"("snapshot_id", "method");

-- CreateIndex
CREATE INDEX "fusions_diagnosis_model_id_idx" ON "fusions"("diagnosis_model_id");

-- CreateIndex
CREATE INDEX "fused_images_image_id_idx" ON "fused_images"("image_id");

-- CreateIndex
CREATE INDEX "fused_masks_image_id_idx" ON "fused_masks"("image_id");

-- CreateIndex
CREATE INDEX "fused_masks_structure_id_idx" ON "fused_masks"("structure_id");

-- CreateIndex
CREATE INDEX "fused_masks_sha256_idx" ON "fused_masks"("sha256");

-- CreateIndex
CREATE INDEX "expertness_maps_image_id_idx" ON "expertness_maps"("image_id");

-- CreateIndex
CREATE INDEX "expertness_maps_rater_id_idx" ON "expertness_maps"("rater_id");

-- CreateIndex
CREATE INDEX "expertness_maps_sha256_idx" ON "expertness_maps"("sha256");

-- CreateIndex
CREATE INDEX "rater_weights_image_id_idx" ON "rater_weights"("image_id");

-- CreateIndex
CREATE INDEX "rater_weights_rater_id_idx" ON "rater_weights"("rater_id");

-- CreateIndex
CREATE UNIQUE INDEX "models_run_id_key" ON "models"("run_id");

-- CreateIndex
CREATE INDEX "models_snapshot_id_method_idx" ON "models"("snapshot_id", "method");

-- CreateIndex
CREATE INDEX "models_fusion_id_idx" ON "models"("fusion_id");

-- CreateIndex
CREATE INDEX "models_diagnosis_model_id_idx" ON "models"("diagnosis_model_id");

-- CreateIndex
CREATE INDEX "models_sha256_idx" ON "models"("sha256");

-- CreateIndex
CREATE INDEX "predicted_masks_image_id_idx" ON "predicted_masks"("image_id");

-- CreateIndex
CREATE INDEX "predicted_masks_structure_id_idx" ON "predicted_masks"("structure_id");

-- CreateIndex
CREATE INDEX "predicted_masks_sha256_idx" ON "predicted_masks"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "evaluations_run_id_key" ON "evaluations"("run_id");

-- CreateIndex
CREATE INDEX "evaluations_snapshot_id_idx" ON "evaluations"("snapshot_id");

-- CreateIndex
CREATE INDEX "evaluations_fusion_id_idx" ON "evaluations"("fusion_id");

-- CreateIndex
CREATE INDEX "evaluations_model_id_idx" ON "evaluations"("model_id");

-- CreateIndex
CREATE INDEX "evaluations_judge_model_id_idx" ON "evaluations"("judge_model_id");

-- CreateIndex
CREATE INDEX "evaluation_metrics_evaluation_id_name_idx" ON "evaluation_metrics"("evaluation_id", "name");

-- CreateIndex
CREATE INDEX "evaluation_metrics_structure_id_idx" ON "evaluation_metrics"("structure_id");

-- CreateIndex
CREATE INDEX "evaluation_metrics_rater_id_idx" ON "evaluation_metrics"("rater_id");

-- CreateIndex
CREATE INDEX "diagnosis_scores_image_id_idx" ON "diagnosis_scores"("image_id");

-- CreateIndex
CREATE INDEX "image_metrics_image_id_idx" ON "image_metrics"("image_id");

-- CreateIndex
CREATE INDEX "image_metrics_structure_id_idx" ON "image_metrics"("structure_id");

-- CreateIndex
CREATE INDEX "image_metrics_evaluation_id_name_value_idx" ON "image_metrics"("evaluation_id", "name", "value");

-- CreateIndex
CREATE INDEX "audit_events_subject_type_subject_id_idx" ON "audit_events"("subject_type", "subject_id");

-- CreateIndex
CREATE INDEX "audit_events_at_idx" ON "audit_events"("at");

-- AddForeignKey
ALTER TABLE "structures" ADD CONSTRAINT "structures_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "datasets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "raters" ADD CONSTRAINT "raters_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "datasets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "images" ADD CONSTRAINT "images_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "datasets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "images" ADD CONSTRAINT "images_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_rater_id_fkey" FOREIGN KEY ("rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "annotations" ADD CONSTRAINT "annotations_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "diagnoses" ADD CONSTRAINT "diagnoses_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cohorts" ADD CONSTRAINT "cohorts_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "datasets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_cohort_id_fkey" FOREIGN KEY ("cohort_id") REFERENCES "cohorts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "snapshot_images" ADD CONSTRAINT "snapshot_images_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "snapshot_images" ADD CONSTRAINT "snapshot_images_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "snapshot_images" ADD CONSTRAINT "snapshot_images_diagnosis_id_fkey" FOREIGN KEY ("diagnosis_id") REFERENCES "diagnoses"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "snapshot_annotations" ADD CONSTRAINT "snapshot_annotations_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "snapshot_annotations" ADD CONSTRAINT "snapshot_annotations_annotation_id_fkey" FOREIGN KEY ("annotation_id") REFERENCES "annotations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "epoch_metrics" ADD CONSTRAINT "epoch_metrics_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fusions" ADD CONSTRAINT "fusions_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fusions" ADD CONSTRAINT "fusions_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fusions" ADD CONSTRAINT "fusions_diagnosis_model_id_fkey" FOREIGN KEY ("diagnosis_model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fused_images" ADD CONSTRAINT "fused_images_fusion_id_fkey" FOREIGN KEY ("fusion_id") REFERENCES "fusions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fused_images" ADD CONSTRAINT "fused_images_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fused_masks" ADD CONSTRAINT "fused_masks_fusion_id_fkey" FOREIGN KEY ("fusion_id") REFERENCES "fusions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fused_masks" ADD CONSTRAINT "fused_masks_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fused_masks" ADD CONSTRAINT "fused_masks_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fused_masks" ADD CONSTRAINT "fused_masks_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "expertness_maps" ADD CONSTRAINT "expertness_maps_fusion_id_fkey" FOREIGN KEY ("fusion_id") REFERENCES "fusions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "expertness_maps" ADD CONSTRAINT "expertness_maps_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "expertness_maps" ADD CONSTRAINT "expertness_maps_rater_id_fkey" FOREIGN KEY ("rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "expertness_maps" ADD CONSTRAINT "expertness_maps_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rater_weights" ADD CONSTRAINT "rater_weights_fusion_id_fkey" FOREIGN KEY ("fusion_id") REFERENCES "fusions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rater_weights" ADD CONSTRAINT "rater_weights_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rater_weights" ADD CONSTRAINT "rater_weights_rater_id_fkey" FOREIGN KEY ("rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_fusion_id_fkey" FOREIGN KEY ("fusion_id") REFERENCES "fusions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_diagnosis_model_id_fkey" FOREIGN KEY ("diagnosis_model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "models" ADD CONSTRAINT "models_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predicted_masks" ADD CONSTRAINT "predicted_masks_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predicted_masks" ADD CONSTRAINT "predicted_masks_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predicted_masks" ADD CONSTRAINT "predicted_masks_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predicted_masks" ADD CONSTRAINT "predicted_masks_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "snapshots"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_fusion_id_fkey" FOREIGN KEY ("fusion_id") REFERENCES "fusions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_judge_model_id_fkey" FOREIGN KEY ("judge_model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluation_metrics" ADD CONSTRAINT "evaluation_metrics_evaluation_id_fkey" FOREIGN KEY ("evaluation_id") REFERENCES "evaluations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluation_metrics" ADD CONSTRAINT "evaluation_metrics_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluation_metrics" ADD CONSTRAINT "evaluation_metrics_rater_id_fkey" FOREIGN KEY ("rater_id") REFERENCES "raters"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "diagnosis_scores" ADD CONSTRAINT "diagnosis_scores_evaluation_id_fkey" FOREIGN KEY ("evaluation_id") REFERENCES "evaluations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "diagnosis_scores" ADD CONSTRAINT "diagnosis_scores_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_metrics" ADD CONSTRAINT "image_metrics_evaluation_id_fkey" FOREIGN KEY ("evaluation_id") REFERENCES "evaluations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_metrics" ADD CONSTRAINT "image_metrics_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_metrics" ADD CONSTRAINT "image_metrics_structure_id_fkey" FOREIGN KEY ("structure_id") REFERENCES "structures"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
