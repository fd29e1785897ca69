package org.gatehouse.batch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What passes for a row, and what does not. */
class RowTest {
    private static final String BODY = "{\"model\" : \"m\", \"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9 \u4f60\"}] }";

    private static Row.Read read(String line) {
        return Row.read(new Line(7, line.getBytes(StandardCharsets.UTF_8), false), Endpoint.CHAT_COMPLETIONS);
    }

    private static String row(String id, String method, String url, String body) {
        return "{\"custom_id\":" + id + ",\"method\":" + method + ",\"url\":" + url + ",\"body\":" + body + "}";
    }

    @Test
    void bodyIsTakenByteForByteWhereverItStands() {
        String before = "{\"body\":" + BODY
                + ",\"custom_id\":\"\u4f60 1\",\"extra\":[{\"a\":{}}],\"method\":\"POST\",\"url\":\"/v1/chat/completions\"}";
        String behind = " " + row("\"x\"", "\"POST\"", "\"/v1/chat/completions\"", "  " + BODY) + " ";

        for (String line : new String[]{before, behind}) {
            assertThat(read(line)).isInstanceOfSatisfying(Row.Read.Good.class, good -> {
                assertThat(new String(good.row().body(), StandardCharsets.UTF_8)).isEqualTo(BODY);
                assertThat(good.row().line()).isEqualTo(7);
            });
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "invalid_json_line | {", "invalid_json_line | []", "invalid_json_line | \"x\"", "invalid_json_line | {} {}",
            "invalid_json_line | {\"custom_id\":\"a\",\"custom_id\":\"b\"}", "missing_custom_id | {}",
            "missing_custom_id | {\"custom_id\":\"\",\"method\":\"POST\"}", "missing_custom_id | {\"custom_id\":1}",
            "invalid_method | {\"custom_id\":\"a\"}", "invalid_method | {\"custom_id\":\"a\",\"method\":\"GET\"}",
            "mismatched_url | {\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/embeddings\"}",
            "missing_body | {\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\"}",
            "missing_body | {\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":[]}",
            "stream_not_supported | {\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"stream\":true}}"})
    void whatIsNoRowIsToldApart(String code, String line) {
        assertThat(read(line)).isInstanceOfSatisfying(Row.Read.Wrong.class, wrong -> {
            assertThat(wrong.problem().code()).isEqualTo(code);
            assertThat(wrong.problem().line()).isEqualTo(7);
        });
    }

    @Test
    void streamOfAnInnerObjectAndFalseAreNoStream() {
        assertThat(read(row("\"a\"", "\"POST\"", "\"/v1/chat/completions\"",
                "{\"stream\":false,\"metadata\":{\"stream\":true}}"))).isInstanceOf(Row.Read.Good.class);
    }

    @Test
    void anyBytesAreARowOrAProblemAndNeverAFailure() {
        Random random = new Random(49);
        byte[] good = row("\"x\"", "\"POST\"", "\"/v1/chat/completions\"", BODY).getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            assertThat(Row.read(new Line(1, bytes, false), Endpoint.CHAT_COMPLETIONS)).isNotNull();
        }
        String deep = "{\"body\":" + "[".repeat(100_000);
        assertThat(read(deep)).isInstanceOf(Row.Read.Wrong.class);
        byte[] wide = good.length % 2 == 0
                ? new String(good, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE)
                : new String(good, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16BE);
        assertThat(Row.read(new Line(1, wide, false), Endpoint.CHAT_COMPLETIONS)).isInstanceOf(Row.Read.Wrong.class);
    }

    @Test
    void checkEndsAtTooManyRowsAndAtTooManyProblems() throws IOException {
        String row = row("\"a%d\"", "\"POST\"", "\"/v1/chat/completions\"", "{}") + "\n";
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 11; i++) {
            many.append(row.formatted(i));
        }
        assertThat(check(many.toString(), 11).problems()).isEmpty();
        assertThat(check(many.toString(), 10).problems()).extracting(LineProblem::code)
                .containsExactly("too_many_rows");
        assertThat(check("x\n".repeat(500), 1000).problems()).hasSize(Validation.MOST_PROBLEMS);
        assertThat(check("\n \n\r\n", 10).problems()).extracting(LineProblem::code).containsExactly("empty_file");
        assertThat(check("", 10).problems()).extracting(LineProblem::code).containsExactly("empty_file");
        assertThat(check("{" + "x".repeat(2_000_000) + "\n" + row, 10).problems()).extracting(LineProblem::code)
                .containsExactly("row_too_large");
    }

    private static Validation.Found check(String file, int mostRows) throws IOException {
        try (LineReader lines = new LineReader(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
                1_000_000)) {
            return Validation.check(lines, Endpoint.CHAT_COMPLETIONS, mostRows, () -> false);
        }
    }
}
