package org.gatehouse.supervisor.models;

/**
 * A file that an import brings.
 *
 * @param path where it goes in the model
 * @param origin what the source calls it
 * @param size bytes
 * @param sha256 what the source promises; empty when it promises nothing
 * @param gitBlob git's name for its content, likewise
 * @param offset where its bytes begin in a plain tar file; -1 elsewhere
 * @param modified its time of change in a directory, in milliseconds since 1970; 0 elsewhere
 */
record PlannedFile(String path, String origin, long size, String sha256, String gitBlob, long offset, long modified) {

    static PlannedFile local(String path, String origin, long size, long modified) {
        return new PlannedFile(path, origin, size, "", "", -1, modified);
    }

    static PlannedFile packed(String path, String origin, long size, long offset) {
        return new PlannedFile(path, origin, size, "", "", offset, 0);
    }

    static PlannedFile remote(String path, long size, String sha256, String gitBlob) {
        return new PlannedFile(path, path, size, sha256, gitBlob, -1, 0);
    }

    PlannedFile at(String changed) {
        return new PlannedFile(changed, origin, size, sha256, gitBlob, offset, modified);
    }
}
