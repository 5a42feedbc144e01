-- Folds go by subject; they went by image. A model trained before has left out other images than its settings say now,
-- and must not pass for one of today: its run keeps its result, but the same work asked for is done anew.
UPDATE "runs"
SET "key" = encode(sha256(convert_to("key" || ', folds by image', 'UTF8')), 'hex')
WHERE "kind" = 'training' AND "config" #>> '{training,leaveOut}' IS NOT NULL;
