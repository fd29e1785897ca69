package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;

/**
 * Reads {@code chat.completion.chunk}s. The answer is whole at {@code [DONE]}, or, where that is missing, when every choice has
 * its {@code finish_reason}. Confined to one thread.
 */
final class ChatEventReader implements EventReader {
    private static final byte[] DONE = EventText.bytes("[DONE]");

    private final Supplier<String> callIds;
    private final ErrorReader errors;
    private final List<ChoiceReader> choices = new ArrayList<>(1);
    private final List<ChatEvent> steps = new ArrayList<>();
    private boolean begun;
    private boolean over;
    private String id = "";
    private String model = "";
    private @Nullable TokenCount usage;
    private boolean failure;
    private boolean choicesNamed;

    ChatEventReader(Supplier<String> callIds, ErrorReader errors) {
        this.callIds = callIds;
        this.errors = errors;
    }

    @Override
    public void read(@Nullable String type, byte[] data, int from, int to, Consumer<ChatEvent> out)
            throws BrokenAnswerException {
        if (over || from >= to) {
            return;
        }
        if (isDone(data, from, to)) {
            done(out);
            return;
        }
        clear();
        try (JsonParser parser = JsonText.FACTORY.createParser(data, from, to - from)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                chunk(parser);
            } else {
                failure = parser.currentToken() == JsonToken.START_ARRAY;
                if (!failure) {
                    throw new BrokenAnswerException("sent an event that is no object of JSON");
                }
            }
        } catch (IOException e) {
            throw new BrokenAnswerException("sent an event of broken JSON", e);
        }
        if (failure || "error".equals(type)) {
            fail(errors.inStream(data, from, to), out);
            return;
        }
        give(out);
    }

    private void clear() {
        steps.clear();
        usage = null;
        failure = false;
        choicesNamed = false;
    }

    private static boolean isDone(byte[] data, int from, int to) {
        int end = to;
        while (end > from && data[end - 1] == ' ') {
            end--;
        }
        return Arrays.equals(data, from, end, DONE, 0, DONE.length);
    }

    private void chunk(JsonParser parser) throws IOException, BrokenAnswerException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "choices" -> choices(parser);
                case "usage" -> usage = UsageFields.read(parser);
                case "id" -> id = begun ? id : textOf(parser, value);
                case "model" -> model = begun ? model : textOf(parser, value);
                case "error" -> {
                    failure |= value != JsonToken.VALUE_NULL;
                    parser.skipChildren();
                }
                // The older shape of vLLM's and Mistral's errors.
                case "object" -> failure |= textOf(parser, value).equals("error");
                default -> parser.skipChildren();
            }
        }
        if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
            throw new BrokenAnswerException("sent an event of broken JSON");
        }
    }

    /** The text at the parser; empty when it is none, and then skipped. */
    static String textOf(JsonParser parser, @Nullable JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return "";
    }

    private void choices(JsonParser parser) throws IOException, BrokenAnswerException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new BrokenAnswerException("sent a choice that is no object");
            }
            choicesNamed = true;
            ChoiceDelta delta = new ChoiceDelta();
            delta.read(parser);
            if (delta.index < 0 || delta.index >= ChatRequestReader.MOST_CHOICES) {
                throw new BrokenAnswerException("sent a choice without a sound index");
            }
            while (choices.size() <= delta.index) {
                choices.add(new ChoiceReader(choices.size(), callIds));
            }
            ProviderError broken = choices.get(delta.index).take(delta, steps);
            if (broken != null) {
                steps.add(new ChatEvent.Failed(broken));
            }
        }
    }

    private void give(Consumer<ChatEvent> out) {
        if (!begun && (choicesNamed || usage != null)) {
            begun = true;
            out.accept(new ChatEvent.Begun(id, model));
        }
        TokenCount used = usage;
        if (used != null) {
            steps.add(failed() ? steps.size() - 1 : steps.size(), new ChatEvent.Used(used, !choicesNamed || stopped()));
        }
        over = failed();
        for (ChatEvent step : steps) {
            out.accept(step);
        }
    }

    private boolean failed() {
        return !steps.isEmpty() && steps.getLast() instanceof ChatEvent.Failed;
    }

    private boolean stopped() {
        boolean any = false;
        for (ChoiceReader choice : choices) {
            if (choice.begun() && !choice.stopped()) {
                return false;
            }
            any |= choice.stopped();
        }
        return any;
    }

    private void fail(ProviderError error, Consumer<ChatEvent> out) {
        over = true;
        out.accept(new ChatEvent.Failed(error));
    }

    private void done(Consumer<ChatEvent> out) throws BrokenAnswerException {
        if (choices.isEmpty()) {
            throw new BrokenAnswerException("ended its stream without an answer");
        }
        over = true;
        steps.clear();
        for (ChoiceReader choice : choices) {
            choice.close(steps);
        }
        steps.add(new ChatEvent.Ended());
        steps.forEach(out);
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (!over && stopped()) {
            over = true;
            out.accept(new ChatEvent.Ended());
        }
    }
}
