package org.gatehouse.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A cut between any two moves leaves the one state or the other, whole. */
final class ReplacementTest {
    private static final List<String> PARTS = List.of("database", "database-copies", "journal", "secret");
    private static final Replacement.Note NOTE = new Replacement.Note(Instant.parse("2026-11-22T10:00:00Z"), "an admin",
            Instant.parse("2026-11-21T03:00:00Z"), "gatehouse", "101", 7);

    @TempDir
    private Path root;
    private Replacement replacement;

    @BeforeEach
    void aBoxWithAStateAndAnotherThatLiesReady() throws IOException {
        replacement = new Replacement(root);
        furnish();
    }

    private void furnish() throws IOException {
        Restore.delete(root.resolve("restoring"));
        for (String part : PARTS) {
            Restore.delete(root.resolve(part));
            file(part, "old");
        }
        Files.writeString(root.resolve("admin-token"), "stays");
        // Copies of the new state are made by itself; a key of another box came along.
        for (String part : List.of("database", "journal", "secret")) {
            file("restoring/" + part, "new");
        }
    }

    private void file(String part, String text) throws IOException {
        Files.createDirectories(root.resolve(part));
        Files.writeString(root.resolve(part).resolve("content"), text);
    }

    private String content(String part) throws IOException {
        Path file = root.resolve(part).resolve("content");
        return Files.exists(file) ? Files.readString(file) : "none";
    }

    private List<String> contents() throws IOException {
        List<String> contents = new ArrayList<>();
        for (String part : PARTS) {
            contents.add(content(part));
        }
        return contents;
    }

    private Replacement.Step step() {
        return replacement.last().orElseThrow().step();
    }

    @Test
    void theNextStartPutsTheNewStateInPlaceAndKeepsTheOldOneAside() throws IOException {
        Replacement.Plan plan = replacement.begin(PARTS, true, NOTE);
        assertThat(contents()).containsOnly("old");
        replacement.proceed();
        assertThat(contents()).containsExactly("new", "none", "new", "new");
        assertThat(step()).isEqualTo(Replacement.Step.TRIED);
        replacement.opened();
        assertThat(step()).isEqualTo(Replacement.Step.DONE);
        assertThat(root.resolve(plan.aside()).resolve("database/content")).hasContent("old");
        assertThat(root.resolve("restoring")).doesNotExist();
        assertThat(root.resolve("admin-token")).hasContent("stays");
        assertThat(replacement.keptBytes()).isEqualTo(4 * 3);
        assertThat(replacement.forget()).isTrue();
        assertThat(replacement.keptBytes()).isZero();
        replacement.proceed();
        assertThat(contents()).containsExactly("new", "none", "new", "new");
    }

    @Test
    void aCutBetweenAnyTwoMovesEndsWithTheNewState() throws IOException {
        for (int cut = 0; cut <= PARTS.size() + 3; cut++) {
            furnish();
            Replacement.Plan plan = replacement.begin(PARTS, true, NOTE);
            List<Runnable> moves = new ArrayList<>();
            plan.old().forEach(part -> moves.add(() -> move(part, plan.aside() + "/" + part)));
            plan.fresh().forEach(part -> moves.add(() -> move("restoring/" + part, part)));
            moves.subList(0, cut).forEach(Runnable::run);
            new Replacement(root).proceed();
            assertThat(contents()).as("cut after " + cut + " moves").containsExactly("new", "none", "new", "new");
            assertThat(root.resolve(plan.aside()).resolve("secret/content")).hasContent("old");
            replacement.opened();
        }
    }

    @Test
    void aStateThatCannotBeOpenedGoesBackAlsoOverACut() throws IOException {
        for (int cut = 0; cut <= PARTS.size() + 3; cut++) {
            furnish();
            Replacement.Plan plan = replacement.begin(PARTS, true, NOTE);
            replacement.proceed();
            file("database-copies", "new");
            if (cut > 0) {
                // As it is after so many moves back.
                write(plan.returning("it can't be opened"));
                List<Runnable> moves = new ArrayList<>();
                for (String part : plan.old()) {
                    moves.add(() -> move(part, "restore-failed/" + part));
                    moves.add(() -> move(plan.aside() + "/" + part, part));
                }
                moves.subList(0, cut).forEach(Runnable::run);
                new Replacement(root).proceed();
            } else {
                assertThat(replacement.failed("it can't be opened")).isTrue();
            }
            assertThat(contents()).as("cut after " + cut + " moves").containsOnly("old");
            assertThat(step()).isEqualTo(Replacement.Step.RETURNED);
            assertThat(replacement.last().orElseThrow().reason()).isEqualTo("it can't be opened");
            assertThat(root.resolve("restore-failed")).doesNotExist();
            assertThat(root.resolve(plan.aside())).doesNotExist();
            assertThat(replacement.failed("again")).isFalse();
        }
    }

    @Test
    void aStateThatEndsTheBoxThreeTimesGoesBack() throws IOException {
        replacement.begin(PARTS, true, NOTE);
        for (int start = 0; start < 3; start++) {
            replacement.proceed();
            assertThat(content("database")).isEqualTo("new");
        }
        replacement.proceed();
        assertThat(contents()).containsOnly("old");
        assertThat(step()).isEqualTo(Replacement.Step.RETURNED);
    }

    @Test
    void whatLiesReadyWithoutAPlanIsThrownAway() throws IOException {
        replacement.proceed();
        assertThat(contents()).containsOnly("old");
        assertThat(root.resolve("restoring")).doesNotExist();
    }

    @Test
    void aNewStateThatIsGoneLeavesTheOldOne() throws IOException {
        replacement.begin(PARTS, true, NOTE);
        Restore.delete(root.resolve("restoring/journal"));
        replacement.proceed();
        assertThat(contents()).containsOnly("old");
        assertThat(step()).isEqualTo(Replacement.Step.RETURNED);
    }

    @Test
    void intoAnEmptyDirectory() throws IOException {
        for (String part : PARTS) {
            Restore.delete(root.resolve(part));
        }
        replacement.begin(PARTS, false, NOTE);
        replacement.proceed();
        assertThat(contents()).containsExactly("new", "none", "new", "new");
        assertThat(step()).isEqualTo(Replacement.Step.DONE);
        assertThat(replacement.keptBytes()).isZero();
    }

    private void write(Replacement.Plan plan) throws IOException {
        Files.write(root.resolve("restore.json"), Backup.JSON.writeValueAsBytes(plan));
    }

    private void move(String from, String to) {
        try {
            Path target = root.resolve(to);
            Files.createDirectories(java.util.Objects.requireNonNull(target.getParent()));
            Files.move(root.resolve(from), target);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
