package org.gatehouse.batch;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Lines are the same, wherever the pieces of a file end. */
class LineReaderTest {
    private static final int MOST = 50;

    /** Gives as many bytes at a time as it likes. */
    private static final class Dripping extends InputStream {
        private final InputStream whole;
        private final Random random;

        Dripping(byte[] bytes, Random random) {
            this.whole = new ByteArrayInputStream(bytes);
            this.random = random;
        }

        @Override
        public int read() throws IOException {
            return whole.read();
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return whole.read(into, from, Math.min(length, 1 + random.nextInt(20)));
        }
    }

    @Test
    void linesComeBackAsTheyWereWrittenWhateverTheirEndsAndThePieces() throws IOException {
        Random random = new Random(48);
        for (int round = 0; round < 2_000; round++) {
            List<Line> written = new ArrayList<>();
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            if (random.nextBoolean()) {
                file.writeBytes("\uFEFF".getBytes(StandardCharsets.UTF_8));
            }
            int count = random.nextInt(8);
            boolean open = random.nextBoolean();
            for (int i = 1; i <= count; i++) {
                byte[] line = line(random);
                file.writeBytes(line);
                boolean last = i == count && open;
                if (!last) {
                    file.writeBytes((random.nextBoolean() ? "\r\n" : "\n").getBytes(StandardCharsets.US_ASCII));
                }
                if (!last || line.length > 0 || count == 1 && file.size() > 0) {
                    written.add(new Line(i, line.length > MOST ? new byte[0] : line, line.length > MOST));
                }
            }
            if (count == 0 && file.size() > 0) {
                written.add(new Line(1, new byte[0], false));
            }
            assertThat(read(file.toByteArray(), random)).as("round " + round).usingRecursiveComparison()
                    .isEqualTo(written);
        }
    }

    private static byte[] line(Random random) {
        int length = random.nextInt(10) == 0 ? MOST - 1 + random.nextInt(4) : random.nextInt(30);
        byte[] line = new byte[random.nextInt(40) == 0 ? 200_000 : length];
        for (int i = 0; i < line.length; i++) {
            line[i] = (byte) ('a' + random.nextInt(26));
        }
        return line;
    }

    private static List<Line> read(byte[] file, Random random) throws IOException {
        List<Line> lines = new ArrayList<>();
        try (LineReader reader = new LineReader(new Dripping(file, random), MOST)) {
            for (Line line = reader.next(); line != null; line = reader.next()) {
                lines.add(line);
            }
        }
        return lines;
    }
}
