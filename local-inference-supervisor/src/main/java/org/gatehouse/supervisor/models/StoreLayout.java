package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where things lie in a store.
 *
 * <pre>
 * lock                          held while a store is open
 * models/NAME@DIGEST/…          complete models, with .gatehouse/manifest.json and .gatehouse/manifest.signature
 * incoming/ID/state.json        what an import wants, what its source has, how it stands
 * incoming/ID/done              a line for each complete file
 * incoming/ID/files/…           complete files
 * incoming/ID/parts/N           files under way
 * leaving/…                     models that are being deleted
 * </pre>
 */
record StoreLayout(Path root) {
    /** The directory in a model that is the store's own. */
    static final String SEAL = ".gatehouse";

    Path lock() {
        return root.resolve("lock");
    }

    Path models() {
        return root.resolve("models");
    }

    Path incoming() {
        return root.resolve("incoming");
    }

    Path leaving() {
        return root.resolve("leaving");
    }

    void create() throws IOException {
        Files.createDirectories(models());
        Files.createDirectories(incoming());
        Files.createDirectories(leaving());
    }

    /** The room of one import. */
    record Incoming(Path directory) {
        Path state() {
            return directory.resolve("state.json");
        }

        Path done() {
            return directory.resolve("done");
        }

        Path files() {
            return directory.resolve("files");
        }

        Path file(String path) {
            return files().resolve(path);
        }

        Path part(int index) {
            return directory.resolve("parts").resolve(Integer.toString(index));
        }

        /** What lies on the disk already of these files, complete or not, in bytes. */
        long arrivedBytes(ImportPlan plan) throws IOException {
            long sum = 0;
            for (int i = 0; i < plan.files().size(); i++) {
                PlannedFile file = plan.files().get(i);
                sum += Math.min(file.size(), Math.max(size(file(file.path())), size(part(i))));
            }
            return sum;
        }

        /** Bytes of a file; 0 when there is none. */
        static long size(Path file) throws IOException {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        }

        void create() throws IOException {
            Files.createDirectories(files());
            Files.createDirectories(directory.resolve("parts"));
        }
    }

    Incoming incoming(String id) {
        return new Incoming(incoming().resolve(id));
    }
}
