package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The fleet's own small files. Each is whole or as it was before, whenever the power goes. */
final class JsonFiles {
    private static final long LARGEST = 16 << 20;
    /** By components only: a record's other methods are no data. */
    static final ObjectMapper MAPPER = JsonMapper.builder().visibility(PropertyAccessor.ALL, Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY).visibility(PropertyAccessor.CREATOR, Visibility.ANY)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private JsonFiles() {}

    static void write(Path file, Object value) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(MAPPER.writeValueAsBytes(value));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The value, or the other one where there is no file. */
    static <T> T read(Path file, Class<T> type, T otherwise) throws IOException {
        if (!Files.exists(file)) {
            return otherwise;
        }
        if (Files.size(file) > LARGEST) {
            throw new IOException(file + " is larger than this program ever writes it");
        }
        return MAPPER.readValue(file.toFile(), type);
    }
}
