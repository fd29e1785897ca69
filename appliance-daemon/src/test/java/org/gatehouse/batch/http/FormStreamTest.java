package org.gatehouse.batch.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A form is the same, wherever its pieces end; one that two readers may read differently is none. */
class FormStreamTest {
    private static final String HEAD = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n";

    private static final class Heard implements FormStream.Parts {
        private final List<String> parts = new ArrayList<>();
        private final ByteArrayOutputStream part = new ByteArrayOutputStream();
        private int most = Integer.MAX_VALUE;

        @Override
        public boolean begins(String name, @Nullable String fileName) {
            parts.add(name + " " + fileName);
            part.reset();
            return true;
        }

        @Override
        public boolean content(byte[] bytes, int from, int length) {
            part.write(bytes, from, length);
            return part.size() <= most;
        }

        @Override
        public void ends() {
            parts.add(part.toString(StandardCharsets.ISO_8859_1));
        }
    }

    private static @Nullable String hear(byte[] form, Heard heard, Random random) {
        FormStream stream = new FormStream("B", heard);
        for (int at = 0; at < form.length;) {
            int count = Math.min(form.length - at, 1 + random.nextInt(30));
            if (!stream.take(Arrays.copyOfRange(form, at, at + count), count)) {
                break;
            }
            at += count;
        }
        return stream.broken();
    }

    @Test
    void contentComesThroughByteForByteWhereverThePiecesEnd() {
        Random random = new Random(50);
        for (int round = 0; round < 3_000; round++) {
            // Full of what nearly is a delimiter.
            StringBuilder content = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                content.append(
                        List.of("\r", "\n", "\r\n", "\r\n-", "\r\n--", "\r\n--C", "--B", "x", "\r\r\n--", "\u00ff")
                                .get(random.nextInt(10)));
            }
            String file = content.toString().replace("\r\n--B", "\r\n--C");
            byte[] form = ("--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n" + HEAD + file
                    + "\r\n--B--\r\n").getBytes(StandardCharsets.ISO_8859_1);
            Heard heard = new Heard();

            assertThat(hear(form, heard, random)).isNull();

            assertThat(heard.parts).containsExactly("purpose null", "batch", "file a.jsonl", file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--C\r\n", "x--B\r\n", HEAD, HEAD + "abc", HEAD + "abc\r\n--B",
            HEAD + "abc\r\n--Bx\r\n",
            HEAD + "abc\r\n--B--x", "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n x: y\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--B--"})
    void whatIsNoFormIsBroken(String form) {
        assertThat(hear(form.getBytes(StandardCharsets.ISO_8859_1), new Heard(), new Random(51))).isNotNull();
    }

    @Test
    void headsAndPartsHaveBounds() {
        byte[] longHead = ("--B\r\nX: " + "y".repeat(20_000)).getBytes(StandardCharsets.ISO_8859_1);
        byte[] manyParts = ("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n".repeat(30) + "--B--")
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThat(hear(longHead, new Heard(), new Random(52))).contains("head does not end");
        assertThat(hear(manyParts, new Heard(), new Random(53))).contains("parts");
    }

    @Test
    void whoWantsNoMoreIsNotGivenMore() {
        Heard heard = new Heard();
        heard.most = 100;
        FormStream stream = new FormStream("B", heard);
        byte[] form = (HEAD + "x".repeat(1000)).getBytes(StandardCharsets.ISO_8859_1);

        assertThat(stream.take(form, form.length)).isFalse();
        assertThat(stream.broken()).isEmpty();
    }
}
