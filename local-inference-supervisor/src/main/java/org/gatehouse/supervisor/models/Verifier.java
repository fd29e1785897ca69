package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Holds a stored model against its manifest. */
final class Verifier {
    private static final int DEEPEST = 20;

    private Verifier() {}

    /** A model whose signature holds. */
    static Verification verify(StoredModel model, Verification.Depth depth) throws IOException {
        List<Verification.Finding> findings = new ArrayList<>();
        Set<String> known = new HashSet<>(model.manifest().leftOut());
        boolean elsewhere = !model.manifest().location().isEmpty();
        if (!elsewhere) {
            known.clear(); // What was left out of a copy must not be there; what was left out in place still is.
        }
        for (ModelManifest.File file : model.manifest().files()) {
            known.add(file.path());
            check(model.directory().resolve(file.path()), file, depth, findings);
        }
        added(model.directory(), known, elsewhere, findings);
        return findings.isEmpty()
                ? new Verification.Sound(model, depth)
                : new Verification.Unsound(model.id(), depth, findings);
    }

    private static void check(Path path, ModelManifest.File file, Verification.Depth depth,
            List<Verification.Finding> findings) throws IOException {
        if (!Files.isRegularFile(path)) {
            findings.add(new Verification.Missing(file.path()));
        } else if (Files.size(path) != file.size()) {
            findings.add(new Verification.Changed(file.path(),
                    Files.size(path) + " bytes instead of " + file.size()));
        } else if (depth == Verification.Depth.FULL && !Digests.sha256(path).equals(file.sha256())) {
            findings.add(new Verification.Changed(file.path(), "its SHA-256 is another one"));
        }
    }

    private static void added(Path root, Set<String> known, boolean elsewhere, List<Verification.Finding> findings)
            throws IOException {
        if (!Files.isDirectory(root)) {
            return;
        }
        Files.walkFileTree(root, EnumSet.noneOf(FileVisitOption.class), DEEPEST, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String path = root.relativize(directory).toString();
                boolean hidden = elsewhere && String.valueOf(directory.getFileName()).startsWith(".")
                        && !directory.equals(root);
                return path.equals(StoreLayout.SEAL) || hidden
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String path = root.relativize(file).toString();
                boolean hidden = elsewhere && String.valueOf(file.getFileName()).startsWith(".");
                if (!known.contains(path) && !hidden) {
                    findings.add(new Verification.Added(path));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
