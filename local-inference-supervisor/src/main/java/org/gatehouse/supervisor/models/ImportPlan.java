package org.gatehouse.supervisor.models;

import java.util.List;

/**
 * What an import brings.
 *
 * @param revision the commit of a hub; empty for other sources
 * @param fingerprint tells whether the source is still the same; empty where each file tells that for itself
 * @param files the files to bring
 * @param leftOut the others' paths
 */
record ImportPlan(String revision, String fingerprint, List<PlannedFile> files, List<String> leftOut) {

    ImportPlan {
        files = List.copyOf(files);
        leftOut = List.copyOf(leftOut);
    }

    long bytes() {
        return files.stream().mapToLong(PlannedFile::size).sum();
    }
}
