-- AlterTable
ALTER TABLE "fusions" ADD COLUMN     "sha256" CHAR(64);

-- CreateIndex
CREATE INDEX "fusions_sha256_idx" ON "fusions"("sha256");

-- AddForeignKey
ALTER TABLE "fusions" ADD CONSTRAINT "fusions_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "blobs"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;
