-- What Prisma's schema cannot say: check constraints, partial unique indexes, what may never be changed.

-- Values
ALTER TABLE "blobs"
  ADD CONSTRAINT "blobs_sha256_hex" CHECK ("sha256" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "blobs_bytes_not_negative" CHECK ("bytes" >= 0);
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_name_not_empty" CHECK ("name" <> '');
ALTER TABLE "structures"
  ADD CONSTRAINT "structures_name_not_empty" CHECK ("name" <> ''),
  ADD CONSTRAINT "structures_position_not_negative" CHECK ("position" >= 0);
ALTER TABLE "raters"
  ADD CONSTRAINT "raters_name_not_empty" CHECK ("name" <> ''),
  ADD CONSTRAINT "raters_position_not_negative" CHECK ("position" >= 0),
  ADD CONSTRAINT "raters_informativeness_share" CHECK ("informativeness" BETWEEN 0 AND 1);
ALTER TABLE "images"
  ADD CONSTRAINT "images_path_not_empty" CHECK ("path" <> ''),
  ADD CONSTRAINT "images_subject_not_empty" CHECK ("subject" <> ''),
  ADD CONSTRAINT "images_size_positive" CHECK ("width" > 0 AND "height" > 0),
  ADD CONSTRAINT "images_metadata_object" CHECK (jsonb_typeof("metadata") = 'object');
ALTER TABLE "annotations"
  ADD CONSTRAINT "annotations_version_positive" CHECK ("version" >= 1),
  ADD CONSTRAINT "annotations_area_not_negative" CHECK ("area" >= 0);
ALTER TABLE "diagnoses"
  ADD CONSTRAINT "diagnoses_version_positive" CHECK ("version" >= 1),
  ADD CONSTRAINT "diagnoses_value_binary" CHECK ("value" IN (0, 1)),
  ADD CONSTRAINT "diagnoses_source_not_empty" CHECK ("source" <> '');
ALTER TABLE "cohorts" ADD CONSTRAINT "cohorts_name_not_empty" CHECK ("name" <> '');
ALTER TABLE "snapshots"
  ADD CONSTRAINT "snapshots_hash_hex" CHECK ("hash" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "snapshots_image_count_not_negative" CHECK ("image_count" >= 0);
ALTER TABLE "snapshot_images" ADD CONSTRAINT "snapshot_images_position_not_negative" CHECK ("position" >= 0);
ALTER TABLE "runs"
  ADD CONSTRAINT "runs_key_hex" CHECK ("key" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "runs_progress_share" CHECK ("progress" BETWEEN 0 AND 1),
  ADD CONSTRAINT "runs_attempt_not_negative" CHECK ("attempt" >= 0),
  -- A run that has ended says when, and one that says when has ended: no run stays 'running' after its end.
  ADD CONSTRAINT "runs_finished_when_ended"
    CHECK (("status" IN ('succeeded', 'failed', 'cancelled')) = ("finished_at" IS NOT NULL));
ALTER TABLE "epoch_metrics" ADD CONSTRAINT "epoch_metrics_epoch_not_negative" CHECK ("epoch" >= 0);
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_epoch_not_negative" CHECK ("epoch" >= 0);
ALTER TABLE "fusions" ADD CONSTRAINT "fusions_size_positive" CHECK ("width" > 0 AND "height" > 0);
ALTER TABLE "fused_images" ADD CONSTRAINT "fused_images_iterations_not_negative" CHECK ("iterations" >= 0);
ALTER TABLE "rater_weights"
  ADD CONSTRAINT "rater_weights_weight_not_negative" CHECK ("weight" >= 0),
  ADD CONSTRAINT "rater_weights_sensitivity_share" CHECK ("sensitivity" BETWEEN 0 AND 1),
  ADD CONSTRAINT "rater_weights_specificity_share" CHECK ("specificity" BETWEEN 0 AND 1);
ALTER TABLE "models" ADD CONSTRAINT "models_size_positive" CHECK ("width" > 0 AND "height" > 0);
ALTER TABLE "evaluations"
  ADD CONSTRAINT "evaluations_one_subject" CHECK (num_nonnulls("fusion_id", "model_id") = 1);
ALTER TABLE "evaluation_metrics"
  ADD CONSTRAINT "evaluation_metrics_counts_not_negative" CHECK ("count" >= 0 AND "undefined_count" >= 0),
  ADD CONSTRAINT "evaluation_metrics_interval_ordered" CHECK ("low" <= "high");

-- One of a kind
CREATE UNIQUE INDEX "annotations_current_key" ON "annotations" ("image_id", "rater_id", "structure_id") WHERE "current";
CREATE UNIQUE INDEX "diagnoses_current_key" ON "diagnoses" ("image_id", "source") WHERE "current";
-- Asking twice for the same work answers with the first run, unless that one came to nothing.
CREATE UNIQUE INDEX "runs_live_key" ON "runs" ("key") WHERE "status" NOT IN ('failed', 'cancelled');
-- (Partial only because Prisma, whose schema cannot say 'nulls not distinct', would drop a whole one.)
CREATE UNIQUE INDEX "evaluation_metrics_name_key"
  ON "evaluation_metrics" ("evaluation_id", "name", "structure_id", "rater_id") NULLS NOT DISTINCT
  WHERE "name" <> '';

-- What may never be changed
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "audit_events_keep" BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Readings are versioned: the one change is that a newer version takes the place of the current one. They go only
-- with their image (the cascade deletes the image first, so by then it is no longer there).
CREATE FUNCTION refuse_change_of_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF to_jsonb(OLD) - 'current' = to_jsonb(NEW) - 'current' AND NOT NEW.current THEN RETURN NEW; END IF;
  ELSIF NOT EXISTS (SELECT FROM images WHERE id = OLD.image_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% are versioned: % is refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

CREATE TRIGGER "annotations_versioned" BEFORE UPDATE OR DELETE ON "annotations"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_reading();
CREATE TRIGGER "diagnoses_versioned" BEFORE UPDATE OR DELETE ON "diagnoses"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_reading();

-- An image's pixels are what everything else refers to; its split, subject and metadata may be corrected.
CREATE FUNCTION refuse_change_of_pixels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.dataset_id, OLD.path, OLD.sha256, OLD.width, OLD.height)
     IS DISTINCT FROM (NEW.dataset_id, NEW.path, NEW.sha256, NEW.width, NEW.height) THEN
    RAISE EXCEPTION 'the pixels of image % are fixed: update is refused', OLD.id USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "images_pixels_fixed" BEFORE UPDATE ON "images" FOR EACH ROW EXECUTE FUNCTION refuse_change_of_pixels();

-- A frozen cohort stays as it was frozen: nothing in it changes, and its members go only with the whole of it.
CREATE FUNCTION refuse_change_of_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM snapshots WHERE id = OLD.snapshot_id) THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'snapshots are frozen: % of % is refused', lower(TG_OP), TG_TABLE_NAME
    USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

CREATE TRIGGER "snapshots_frozen" BEFORE UPDATE ON "snapshots" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "snapshot_images_frozen" BEFORE UPDATE OR DELETE ON "snapshot_images"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_snapshot();
CREATE TRIGGER "snapshot_annotations_frozen" BEFORE UPDATE OR DELETE ON "snapshot_annotations"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_snapshot();
