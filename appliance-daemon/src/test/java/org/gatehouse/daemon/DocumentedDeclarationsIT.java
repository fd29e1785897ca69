package org.gatehouse.daemon;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.governance.Change;
import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.DeclarationReport;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;

import static org.assertj.core.api.Assertions.assertThat;

/** The declarations in the documents, applied as they stand, but for the references to secrets. */
class DocumentedDeclarationsIT {
    @TempDir
    Path data;

    @ParameterizedTest
    @ValueSource(strings = {"docs/routes.md", "docs/providers.md"})
    void everyDeclarationIsTakenAndChangesNothingTheSecondTime(String document) {
        List<Snippet> declarations = Snippet.of(document).stream()
                .filter(snippet -> snippet.text().startsWith("apiVersion:")).toList();
        assertThat(declarations).isNotEmpty();
        try (TestDaemon box = TestDaemon.plain(data)) {
            for (Snippet snippet : declarations) {
                Declaration declaration = read(snippet);
                assertThat(apply(box, declaration).created()).as(snippet.toString()).isPositive();
                DeclarationReport again = apply(box, declaration);
                assertThat(again.created() + again.updated()).as(snippet + ": " + again).isZero();
                // The next one starts on an empty box, since they share names.
                apply(box, EMPTY_MODELS);
                apply(box, EMPTY_UPSTREAMS);
            }
        }
    }

    private static final Declaration EMPTY_MODELS = read("{apiVersion: gatehouse/v1, prices: [], models: []}");
    private static final Declaration EMPTY_UPSTREAMS = read("{apiVersion: gatehouse/v1, upstreams: []}");

    private static DeclarationReport apply(TestDaemon box, Declaration declaration) {
        return switch (box.daemon.governance().declarations().apply(TestDaemon.TEST, declaration, false, true)) {
            case Change.Made<DeclarationReport>(DeclarationReport report) -> report;
            case Change.Refused<DeclarationReport>(var refusal) -> throw new AssertionError(refusal.message());
        };
    }

    /** What the command line puts in the place of a reference is any text. */
    private static Declaration read(Snippet snippet) {
        return read(snippet.text().replaceAll("\\{(env|file): [A-Za-z0-9_.-]+}", "sk-of-nobody"));
    }

    private static Declaration read(String yaml) {
        JsonNode tree = ((Reading.Whole<JsonNode>) Json.parseYaml(yaml.getBytes(StandardCharsets.UTF_8))).value();
        return switch (Json.read(tree, Declaration.class)) {
            case Reading.Whole<Declaration>(Declaration value) -> value;
            case Reading.Broken<Declaration>(var errors) -> throw new AssertionError(errors + " in " + yaml);
        };
    }
}
