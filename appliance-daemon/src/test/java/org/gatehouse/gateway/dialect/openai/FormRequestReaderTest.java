package org.gatehouse.gateway.dialect.openai;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.exchange.Dialect.Reading;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.ModelRequest.Span;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

class FormRequestReaderTest {
    private static final String TYPE = "multipart/form-data; boundary=B";
    private static final String FILE = part("file\"; filename=\"a.wav", "RIFF\r\n--not the boundary\r\n");
    private static final String MODEL = part("model", "whisper");

    @Test
    void modelIsFoundWhereItStandsAmongFilesOfRandomBytes() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] noise = new byte[random.nextInt(2000)];
            random.nextBytes(noise);
            String file = new String(noise, StandardCharsets.ISO_8859_1);
            List<String> parts = new ArrayList<>(List.of(MODEL, part("language", "de"),
                    part("file\"; filename=\"model; name=evil.wav", file)));
            Collections.shuffle(parts, random);
            byte[] body = (String.join("", parts) + "--B--\r\n").getBytes(StandardCharsets.ISO_8859_1);

            ModelRequest request = asked(Surface.AUDIO_TRANSCRIPTIONS, TYPE, body);

            assertThat(request.model()).isEqualTo("whisper");
            assertThat(cut(body, request.modelValue())).isEqualTo("whisper");
            assertThat(request.insertAt()).isNegative();
        }
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] body = (MODEL + FILE + "--B--").getBytes(StandardCharsets.ISO_8859_1);
        for (int length = 0; length < body.length; length++) {
            assertThat(FormRequestReader.read(Surface.AUDIO_TRANSCRIPTIONS, TYPE, Arrays.copyOf(body, length)))
                    .as("first %d bytes", length).isInstanceOf(Reading.Wrong.class);
        }
        asked(Surface.AUDIO_TRANSCRIPTIONS, TYPE, body);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            // Each would let the upstream find another model than the one that was permitted.
            "Content-Disposition: form-data; filename=\"; name=x;\"; name=\"model\"",
            "Content-Disposition: form-data; name=\"x\"; name=\"model\"",
            "Content-Disposition: form-data; name=\"x\"\r\nContent-Disposition: form-data; name=\"model\"",
            "Content-Disposition: form-data; name=\"x\"\nContent-Disposition: form-data; name=\"model\"",
            "Content-Disposition: form-data; name=\"x\";\r\n name=\"model\"",
            "Content-Disposition: form-data; name=\"mod\\el\"",
            "Content-Disposition: form-data; name=\"Model\"",
            "Content-Disposition: form-data; name*=UTF-8''model",
            "Content-Disposition: form-data; name =\"model\"",
            "Content-Disposition: form-data; name=\"model",
            "Content-Disposition: \"form-data; x\"; name=\"model\"",
            "Content-Disposition: form-data; name=\"\u00e9\"",
            "Content-Disposition: form-data",
            "X: y"})
    void formThatTwoReadersCouldReadDifferentlyIsRefused(String head) {
        String smuggled = "--B\r\n" + head + "\r\n\r\nforbidden\r\n";

        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, MODEL + FILE + smuggled + "--B--").reason().status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data", "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"B",
            "multipart/form-data; boundary=B; boundary=C",
            "multipart/form-data; boundary=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"})
    void contentTypeWithoutOneClearBoundaryIsRefused(String type) {
        wrong(Surface.AUDIO_TRANSCRIPTIONS, type, MODEL + FILE + "--B--");
    }

    @Test
    void quotedBoundaryIsUnderstood() {
        asked(Surface.AUDIO_TRANSCRIPTIONS, "multipart/form-data; charset=utf-8; boundary=\"B\"",
                (MODEL + FILE + "--B--").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void missingAndDoubleFieldsAreNamed() {
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, MODEL + "--B--").param()).isEqualTo("file");
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, FILE + "--B--").param()).isEqualTo("model");
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, FILE + part("model", " ") + "--B--").param())
                .isEqualTo("model");
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, MODEL + MODEL + FILE + "--B--").message())
                .contains("twice");
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, MODEL + FILE + part("stream", "maybe") + "--B--").param())
                .isEqualTo("stream");
        assertThat(wrong(Surface.IMAGES_EDITS, TYPE, part("image", "x") + part("n", "1000") + "--B--").param())
                .isEqualTo("n");
        assertThat(wrong(Surface.IMAGES_EDITS, TYPE, part("image", "x") + part("model", "m".repeat(2000)) + "--B--")
                .message()).contains("too long");
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, MODEL + FILE + "--B--\r\n--B\r\n").message())
                .contains("follows");
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, "").message()).contains("boundary");
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, "--B\r\n\r\nx\r\n" + MODEL + FILE + "--B--").message())
                .contains("head");
    }

    @Test
    void severalPicturesToEditAreTakenAndCopiesCounted() {
        ModelRequest request = asked(Surface.IMAGES_EDITS, TYPE, (part("image[]", "x") + part("image[]", "y")
                + part("n", "3") + part("prompt", "p") + "--B--").getBytes(StandardCharsets.ISO_8859_1));

        assertThat(request.units()).isEqualTo(3);
        assertThat(request.model()).isNull();
    }

    @Test
    void formOfTooManyPartsIsRefused() {
        assertThat(wrong(Surface.AUDIO_TRANSCRIPTIONS, TYPE, MODEL + FILE + part("x", "y").repeat(200) + "--B--")
                .message()).contains("more than 100");
    }

    private static String part(String name, String content) {
        return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\nContent-Length: " + content.length()
                + "\r\n\r\n" + content + "\r\n";
    }

    private static ModelRequest asked(Surface surface, String type, byte[] body) {
        Reading reading = FormRequestReader.read(surface, type, body);
        assertThat(reading).isInstanceOf(Reading.Asked.class);
        return ((Reading.Asked) reading).request();
    }

    private static Refusal wrong(Surface surface, String type, String body) {
        Reading reading = FormRequestReader.read(surface, type, body.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(reading).isInstanceOf(Reading.Wrong.class);
        return ((Reading.Wrong) reading).refusal();
    }

    private static @Nullable String cut(byte[] body, @Nullable Span span) {
        return span == null
                ? null
                : new String(body, span.start(), span.end() - span.start(), StandardCharsets.ISO_8859_1);
    }
}
