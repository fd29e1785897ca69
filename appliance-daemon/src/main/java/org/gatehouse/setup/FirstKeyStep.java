package org.gatehouse.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.IssuedKey;
import org.gatehouse.governance.Key;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.Project;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.snapshot.KeyRecord;

/** The first key, proven by a chat through the gateway. A key that does not work is taken away again. */
record FirstKeyStep(Governance governance, TestChat chat) implements Step<FirstKeyStep.FirstKey> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String USUAL_PROMPT = "Say hello in one short sentence.";
    private static final int SHOWN_TEXT = 2_000;

    /** Whose it is, and what it may do. */
    record FirstKey(@About(value = "The department's name.", min = 1, max = 100) String department,
            @About(value = "The project's name.", min = 1, max = 100) String project,
            @About(value = "The key's name.", fallback = "\"first\"", min = 1, max = 100) String name,
            @About(value = "The public models that it may use; the first is asked. Empty: every model.", fallback = "[]", max = 100) List<String> models,
            @About(value = "What is asked; null for a greeting.", min = 1, max = 1000, multiline = true) @Nullable String prompt) {

        /** Copies the list. */
        FirstKey {
            models = List.copyOf(models);
        }
    }

    @Override
    public String name() {
        return "first-key";
    }

    @Override
    public Class<FirstKey> form() {
        return FirstKey.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        ObjectNode found = NODES.objectNode();
        ArrayNode projects = found.putArray("projects");
        governance.projects().all().forEach(
                project -> projects.addObject().put("department", project.department()).put("project", project.name()));
        ArrayNode models = found.putArray("models");
        models().forEach(models::add);
        return found;
    }

    private Set<String> models() {
        return new TreeSet<>(governance.snapshots().current().models().keySet());
    }

    @Override
    public List<Check> check(FirstKey answer, Asking asking) {
        List<Check> checks = new ArrayList<>();
        checks.add(project(answer).isPresent()
                ? Check.passed("project", "The project is there.", 0)
                : Check.failed("project", "There is no project " + answer.project() + " in a department "
                        + answer.department() + ". Answer the step organization first.", 0));
        Set<String> known = models();
        List<String> unknown = answer.models().stream().filter(model -> !known.contains(model)).toList();
        checks.add(known.isEmpty()
                ? Check.failed("models", "The box has no model yet. Answer the step providers or local-models first.",
                        0)
                : unknown.isEmpty()
                        ? Check.passed("models", "The models are there.", 0)
                        : Check.failed("models", "There is no model " + String.join(", ", unknown) + ". There are "
                                + String.join(", ", known) + ".", 0));
        return checks;
    }

    private Optional<Project> project(FirstKey answer) {
        return governance.projects().all().stream().filter(project -> project.name().equals(answer.project())
                && project.department().equals(answer.department())).findFirst();
    }

    @Override
    public Outcome accept(FirstKey answer, Asking asking) {
        Project project = project(answer).orElseThrow();
        Optional<Key> there = governance.keys().noun().all().stream()
                .filter(key -> key.projectId().equals(project.id()) && key.name().equals(answer.name())
                        && key.state() != KeyRecord.State.REVOKED)
                .findFirst();
        if (there.isPresent()) {
            return new Outcome.Done(Json.tree(answer), NODES.objectNode().put("changed", false)
                    .put("publicId", there.get().publicId()), NODES.objectNode());
        }
        KeyDraft draft = new KeyDraft(project.id(), answer.name(), null,
                answer.models().isEmpty() ? KeyDraft.EVERYTHING : answer.models(), KeyDraft.EVERYTHING, List.of(),
                null);
        return switch (governance.keys().create(asking.actor(), NewKeyDraft.of(draft), null)) {
            case Change.Refused<IssuedKey>(Refusal refusal) -> new Outcome.Refused(refusal);
            case Change.Made<IssuedKey>(IssuedKey issued) -> tried(answer, issued, asking.actor());
        };
    }

    private Outcome tried(FirstKey answer, IssuedKey issued, Actor actor) {
        String model = answer.models().isEmpty() ? models().iterator().next() : answer.models().getFirst();
        String asked = answer.prompt();
        TestChat.Said said;
        try {
            said = chat.chat(issued.secret(), model, asked == null ? USUAL_PROMPT : asked);
        } catch (RuntimeException e) {
            withdraw(issued, actor);
            throw e;
        }
        return switch (said) {
            case TestChat.Said.Failed(String message, long millis) -> {
                withdraw(issued, actor);
                yield new Outcome.Failed(List.of(Check.failed("chat", message, millis)));
            }
            case TestChat.Said.Answered(String by, String text, long input, long output, long millis) -> {
                ObjectNode result = NODES.objectNode().put("changed", true).put("publicId", issued.key().publicId());
                result.putObject("answer").put("model", by)
                        .put("text", text.length() <= SHOWN_TEXT ? text : text.substring(0, SHOWN_TEXT))
                        .put("millis", millis).put("inputTokens", input).put("outputTokens", output);
                yield new Outcome.Done(Json.tree(answer), result, NODES.objectNode().put("key", issued.secret()));
            }
        };
    }

    /** Its call stays in the trail, as every call does. */
    private void withdraw(IssuedKey issued, Actor actor) {
        governance.keys().noun().delete(actor, issued.key().id(), null, true);
    }
}
