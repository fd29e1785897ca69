package org.gatehouse.gateway.dialect.openai;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.exchange.Dialect.Reading;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.ModelRequest.Span;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

class JsonRequestReaderTest {
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    @Test
    void spansCutExactlyTheGovernedValuesWhateverTheBodyLooksLike() {
        for (int seed = 0; seed < 2_000; seed++) {
            RandomBody random = new RandomBody(seed);
            byte[] body = random.body();
            String shown = "seed " + seed + ": " + new String(body, StandardCharsets.UTF_8);

            ModelRequest request = asked(JsonRequestReader.read(Surface.CHAT_COMPLETIONS, body), shown);

            assertThat(request.body()).as(shown).isSameAs(body);
            assertThat(request.model()).as(shown).isEqualTo(random.model);
            assertThat(cut(body, request.modelValue())).as(shown).isEqualTo(random.modelJson);
            assertThat(cut(body, request.streamOptions())).as(shown).isEqualTo(random.streamOptionsJson);
            assertThat(request.usageAsked()).as(shown).isEqualTo(random.usageAsked);
            assertThat(request.streamed()).as(shown).isEqualTo(random.streamed);
            ModelRequest.OutputCap cap = request.outputCap();
            assertThat(cap == null ? -1 : cap.tokens()).as(shown).isEqualTo(random.cap);
            assertThat(cap == null ? null : cut(body, cap.value())).as(shown).isEqualTo(random.capJson);
            assertThat(body[request.insertAt() - 1]).as(shown).isEqualTo((byte) '{');
            assertThat(new String(body, 0, request.insertAt() - 1, StandardCharsets.UTF_8)).as(shown).isBlank();
        }
    }

    @Test
    void everyTruncationOfABodyIsRefusedAndNoneFoolsTheReader() {
        byte[] body = ("{" + MESSAGES + ",\"model\":\"m\",\"stream_options\":{\"include_usage\":true},\"n\":2}")
                .getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < body.length; length++) {
            assertThat(JsonRequestReader.read(Surface.CHAT_COMPLETIONS, Arrays.copyOf(body, length)))
                    .as("first %d bytes", length).isInstanceOf(Reading.Wrong.class);
        }
        assertThat(JsonRequestReader.read(Surface.CHAT_COMPLETIONS, body)).isInstanceOf(Reading.Asked.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", quoteCharacter = '~', value = {
            "{\"model\":1,MESSAGES}|model",
            "{\"model\":null,MESSAGES}|model",
            "{\"model\":\"\",MESSAGES}|model",
            "{MESSAGES}|model",
            "{\"model\":\"m\"}|messages",
            "{\"model\":\"m\",\"messages\":\"hi\"}|messages",
            "{\"model\":\"m\",\"messages\":[]}|messages",
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"},3]}|messages[1]",
            "{\"model\":\"m\",\"model\":\"other\",MESSAGES}|model",
            "{\"model\":\"m\",\"mod\\u0065l\":\"other\",MESSAGES}|model",
            "{\"model\":\"m\",\"Model\":\"other\",MESSAGES}|Model",
            "{\"model\":\"m\",\"MAX_TOKENS\":9,MESSAGES}|MAX_TOKENS",
            "{\"model\":\"m\",\"\\u017ftream\":true,MESSAGES}|\u017ftream",
            "{\"model\":\"m\",\"stream\":\"yes\",MESSAGES}|stream",
            "{\"model\":\"m\",\"stream\":1,MESSAGES}|stream",
            "{\"model\":\"m\",\"stream_options\":[],MESSAGES}|stream_options",
            "{\"model\":\"m\",\"stream_options\":{\"include_usage\":3},MESSAGES}|stream_options.include_usage",
            "{\"model\":\"m\",\"stream_options\":{\"include_usage\":true,\"include_usage\":false},MESSAGES}|stream_options.include_usage",
            "{\"model\":\"m\",\"max_tokens\":\"many\",MESSAGES}|max_tokens",
            "{\"model\":\"m\",\"max_tokens\":0,MESSAGES}|max_tokens",
            "{\"model\":\"m\",\"max_tokens\":-5,MESSAGES}|max_tokens",
            "{\"model\":\"m\",\"max_tokens\":1.5,MESSAGES}|max_tokens",
            "{\"model\":\"m\",\"max_tokens\":99999999999999999999999999,MESSAGES}|max_tokens",
            "{\"model\":\"m\",\"max_tokens\":5,\"max_completion_tokens\":50,MESSAGES}|max_completion_tokens",
            "{\"model\":\"m\",\"n\":0,MESSAGES}|n",
            "{\"model\":\"m\",\"n\":129,MESSAGES}|n",
            "{\"model\":\"m\",\"n\":\"2\",MESSAGES}|n",
            "{\"model\":\"m\",\"temperature\":NaN,MESSAGES}|-",
            "{\"model\":\"m\",MESSAGES} x|-",
            "{\"model\":\"m\",MESSAGES}{}|-",
            "{'model':'m'}|-", "[]|-", "null|-", "\"text\"|-", "{|-", "{\"model\":\"m\",}|-"})
    void wrongBodiesAreRefusedAndTheFieldIsNamed(String body, @Nullable String param) {
        Refusal refusal = wrong(Surface.CHAT_COMPLETIONS, body.replace("MESSAGES", MESSAGES));

        assertThat(refusal.reason().status()).isEqualTo(400);
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.message()).isNotBlank();
    }

    @Test
    void bodyThatIsNotUtf8IsRefused() {
        byte[] body = ("{\"model\":\"m\",\"messages\":[{\"content\":\"\u00e9\"}]}")
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThat(JsonRequestReader.read(Surface.CHAT_COMPLETIONS, body)).isInstanceOf(Reading.Wrong.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void bodyInAnotherUnicodeEncodingIsRefusedRatherThanReadWithWrongOffsets(String charset) {
        // Such bytes are valid UTF-8 full of NUL characters.
        byte[] body = ("{\"model\":\"m\"," + MESSAGES + "}").getBytes(java.nio.charset.Charset.forName(charset));

        assertThat(JsonRequestReader.read(Surface.CHAT_COMPLETIONS, body)).isInstanceOf(Reading.Wrong.class);
    }

    @Test
    void bodyNestedTenThousandLevelsDeepIsRefusedQuickly() {
        String body = "{\"model\":\"m\",\"messages\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";

        assertThat(wrong(Surface.CHAT_COMPLETIONS, body).message()).contains("nested deeper");
    }

    @Test
    void capOfAnotherSurfaceCapsNothing() {
        assertThat(asked(Surface.COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"p\",\"max_completion_tokens\":3}")
                .outputCap()).isNull();
        assertThat(asked(Surface.RESPONSES, "{\"model\":\"m\",\"input\":\"p\",\"max_tokens\":3}").outputCap()).isNull();
        assertThat(asked(Surface.CHAT_COMPLETIONS, "{\"model\":\"m\"," + MESSAGES + ",\"max_output_tokens\":3}")
                .outputCap()).isNull();
        assertThat(asked(Surface.CHAT_COMPLETIONS, "{\"model\":\"m\"," + MESSAGES + ",\"max_tokens\":null}")
                .outputCap()).isNull();
    }

    @Test
    void listOfPromptsWantsAnswersToEach() {
        ModelRequest texts = asked(Surface.COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"a\",\"b\",\"c\"],\"n\":2}");
        ModelRequest tokens = asked(Surface.COMPLETIONS, "{\"model\":\"m\",\"prompt\":[1,2,3],\"best_of\":4}");
        ModelRequest tokenLists = asked(Surface.COMPLETIONS, "{\"model\":\"m\",\"prompt\":[[1,2],[3]]}");

        assertThat(texts.prompts()).isEqualTo(3);
        assertThat(texts.choices()).isEqualTo(6);
        assertThat(tokens.prompts()).isOne();
        assertThat(tokens.choices()).isEqualTo(4);
        assertThat(tokenLists.prompts()).isEqualTo(2);
        assertThat(tokenLists.choices()).isEqualTo(2);
    }

    @Test
    void requestForTooManyAnswersIsRefused() {
        String prompts = "\"p\",".repeat(99) + "\"p\"";

        assertThat(wrong(Surface.COMPLETIONS, "{\"model\":\"m\",\"prompt\":[" + prompts + "],\"n\":128}").param())
                .isEqualTo("prompt");
    }

    @Test
    void promptIsBoundedByItsBytesOnlyWhereTheyTellItsLength() {
        String text = "{\"model\":\"m\"," + MESSAGES + "}";

        assertThat(asked(Surface.CHAT_COMPLETIONS, text).promptBound()).isBetween((long) text.length(),
                text.length() + 100L);
        assertThat(bound("{\"type\":\"text\",\"text\":\"image_url\"}")).isLessThan(1000);
        assertThat(bound("{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.test/a.png\"}}"))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(bound("{\"image_url\":\"https://x.test/a.png\"}")).isEqualTo(Long.MAX_VALUE);
        assertThat(bound("{\"type\":\"input_audio\",\"input_audio\":{}}")).isEqualTo(Long.MAX_VALUE);
        assertThat(bound("{\"type\":\"im\\u0061ge_url\",\"im\\u0061ge_url\":{}}")).isEqualTo(Long.MAX_VALUE);
    }

    private static long bound(String part) {
        return asked(Surface.CHAT_COMPLETIONS,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[" + part + "]}]}").promptBound();
    }

    @Test
    void whatAnUpstreamRemembersOrLooksUpMakesThePromptUnbounded() {
        assertThat(asked(Surface.RESPONSES, "{\"model\":\"m\",\"input\":\"p\"}").promptBound()).isLessThan(1000);
        assertThat(asked(Surface.RESPONSES,
                "{\"model\":\"m\",\"input\":\"p\",\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{}}]}")
                .promptBound()).isLessThan(1000);
        for (String field : new String[]{"\"previous_response_id\":\"r\"", "\"conversation\":\"c\"",
                "\"prompt\":{\"id\":\"p\"}", "\"tools\":[{\"type\":\"web_search\"}]",
                "\"tools\":[{\"type\":\"function\",\"name\":\"f\"},{\"type\":\"mcp\"}]"}) {
            assertThat(asked(Surface.RESPONSES, "{\"model\":\"m\",\"input\":\"p\"," + field + "}").promptBound())
                    .as(field).isEqualTo(Long.MAX_VALUE);
        }
        assertThat(asked(Surface.RESPONSES,
                "{\"model\":\"m\",\"previous_response_id\":null,\"input\":[{\"type\":\"item_reference\",\"id\":\"i\"}]}")
                .promptBound()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void rerankerReadsItsQueryWithEachDocument() {
        String query = "q".repeat(500);
        ModelRequest request = asked(Surface.RERANK,
                "{\"model\":\"m\",\"query\":\"" + query + "\",\"documents\":[\"a\",\"b\",{\"text\":\"c\"}]}");

        assertThat(request.prompts()).isEqualTo(3);
        assertThat(request.promptBound()).isGreaterThan(3 * 500);
    }

    @Test
    void responseMadeInTheBackgroundIsRefusedBecauseNobodyCouldStopIt() {
        assertThat(wrong(Surface.RESPONSES, "{\"model\":\"m\",\"input\":\"p\",\"background\":true}").param())
                .isEqualTo("background");
        asked(Surface.RESPONSES, "{\"model\":\"m\",\"input\":\"p\",\"background\":false}");
    }

    @Test
    void spokenTextIsCountedInCharacters() {
        assertThat(asked(Surface.AUDIO_SPEECH, "{\"model\":\"m\",\"input\":\"h\\u00e9 \uD83D\uDE00\"}").units())
                .isEqualTo(4);
        assertThat(wrong(Surface.AUDIO_SPEECH, "{\"model\":\"m\",\"input\":[]}").param()).isEqualTo("input");
    }

    @Test
    void picturesAreCountedByN() {
        ModelRequest request = asked(Surface.IMAGES_GENERATIONS, "{\"model\":\"m\",\"prompt\":\"p\",\"n\":3}");

        assertThat(request.units()).isEqualTo(3);
        assertThat(request.choices()).isOne();
    }

    private static ModelRequest asked(Surface surface, String body) {
        return asked(JsonRequestReader.read(surface, body.getBytes(StandardCharsets.UTF_8)), body);
    }

    private static ModelRequest asked(Reading reading, String body) {
        assertThat(reading).as(body).isInstanceOf(Reading.Asked.class);
        return ((Reading.Asked) reading).request();
    }

    private static Refusal wrong(Surface surface, String body) {
        Reading reading = JsonRequestReader.read(surface, body.getBytes(StandardCharsets.UTF_8));
        assertThat(reading).as(body).isInstanceOf(Reading.Wrong.class);
        return ((Reading.Wrong) reading).refusal();
    }

    private static @Nullable String cut(byte[] body, @Nullable Span span) {
        return span == null ? null : new String(body, span.start(), span.end() - span.start(), StandardCharsets.UTF_8);
    }

    /** A valid chat request of random looks, and what stands in it. */
    private static final class RandomBody {
        private final java.util.Random random;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final java.util.List<String> fields = new java.util.ArrayList<>();
        private String model = "";
        private String modelJson = "";
        private @Nullable String streamOptionsJson;
        private @Nullable String capJson;
        private long cap = -1;
        private boolean usageAsked;
        private boolean streamed;

        private RandomBody(long seed) {
            random = new java.util.Random(seed);
        }

        private byte[] body() {
            model = text(1 + random.nextInt(40));
            modelJson = quoted(model);
            fields.add(name("model") + modelJson);
            fields.add(name("messages") + "[{\"content\":" + value(0) + "}" + space() + "]");
            if (random.nextBoolean()) {
                streamed = random.nextBoolean();
                fields.add(name("stream") + streamed);
            }
            if (random.nextBoolean()) {
                usageAsked = random.nextBoolean();
                streamOptionsJson = "{" + space() + "\"x\":" + value(2) + "," + name("include_usage") + usageAsked
                        + space() + "}";
                fields.add(name("stream_options") + streamOptionsJson);
            }
            if (random.nextBoolean()) {
                cap = 1 + random.nextInt(100_000);
                capJson = Long.toString(cap);
                fields.add(name(random.nextBoolean() ? "max_tokens" : "max_completion_tokens") + capJson);
            }
            for (int i = random.nextInt(6); i > 0; i--) {
                fields.add(name("x" + i + text(random.nextInt(5))) + value(0));
            }
            java.util.Collections.shuffle(fields, random);
            write(space() + "{" + space());
            for (int i = 0; i < fields.size(); i++) {
                write((i > 0 ? space() + "," + space() : "") + fields.get(i));
            }
            write(space() + "}" + space());
            return bytes.toByteArray();
        }

        private void write(String text) {
            bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }

        private String name(String name) {
            return quoted(name) + space() + ":" + space();
        }

        private String value(int depth) {
            return switch (random.nextInt(depth > 3 ? 5 : 7)) {
                case 0 -> quoted(text(random.nextInt(30)));
                case 1 -> "true";
                case 2 -> "null";
                case 3 -> "-" + random.nextInt(1000) + ".50e+" + random.nextInt(9);
                case 4 -> "1" + "0".repeat(random.nextInt(60));
                case 5 -> "[" + space() + value(depth + 1) + space() + "," + value(depth + 1) + "]";
                default -> "{" + space() + name("model") + value(depth + 1) + "," + name("max_tokens")
                        + value(depth + 1) + space() + "}";
            };
        }

        private String text(int length) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < length; i++) {
                text.appendCodePoint(switch (random.nextInt(8)) {
                    case 0 -> 0x4e00 + random.nextInt(5000);
                    case 1 -> 0x1f600 + random.nextInt(60);
                    case 2 -> "\"\\/\b\f\n\r\t".charAt(random.nextInt(8));
                    case 3 -> 0xe0 + random.nextInt(30);
                    default -> 'a' + random.nextInt(26);
                });
            }
            return text.toString();
        }

        /** The same text, each character escaped in one of the ways that JSON knows. */
        private String quoted(String text) {
            StringBuilder json = new StringBuilder("\"");
            text.chars().forEach(c -> {
                boolean must = c < ' ' || c == '"' || c == '\\';
                boolean pair = Character.isSurrogate((char) c);
                if (must && "\"\\\b\f\n\r\t".indexOf(c) >= 0 && random.nextBoolean()) {
                    json.append('\\').append("\"\\bfnrt".charAt("\"\\\b\f\n\r\t".indexOf(c)));
                } else if (must || !pair && random.nextInt(5) == 0) {
                    json.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", c));
                } else {
                    json.append((char) c);
                }
            });
            return json.append('"').toString();
        }

        private String space() {
            return " \n\t\r ".substring(0, random.nextInt(5)).repeat(random.nextInt(4) == 0 ? 1 : 0);
        }
    }
}
