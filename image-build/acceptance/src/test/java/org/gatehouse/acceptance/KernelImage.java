package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** A unified kernel image: the sections of a PE file (Microsoft's specification of the format, "Section Table"). */
final class KernelImage {
    private static final int SECTION_HEADER = 40;

    private final byte[] bytes;
    private final Map<String, Section> sections = new LinkedHashMap<>();

    private record Section(int at, int length) {}

    KernelImage(Path file) throws IOException {
        bytes = Files.readAllBytes(file);
        ByteBuffer image = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int head = image.getInt(0x3c);
        int first = head + 24 + image.getShort(head + 20);
        for (int i = 0; i < image.getShort(head + 6); i++) {
            int at = first + i * SECTION_HEADER;
            byte[] name = new byte[8];
            image.get(at, name);
            sections.put(new String(name, StandardCharsets.US_ASCII).replace("\0", ""),
                    new Section(image.getInt(at + 20), image.getInt(at + 8)));
        }
    }

    /** What each section holds, by its name, such as {@code .linux}. */
    Map<String, byte[]> sections() {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        sections.forEach((name, place) -> contents.put(name,
                Arrays.copyOfRange(bytes, place.at(), place.at() + place.length())));
        return contents;
    }

    /** A copy with one bit altered in the middle of a section; the signature stays. */
    Path alteredIn(String section, Path copy) throws IOException {
        Section place = sections.get(section);
        if (place == null) {
            throw new IOException("the kernel image has no section " + section);
        }
        byte[] altered = bytes.clone();
        altered[place.at() + place.length() / 2] ^= 1;
        return Files.write(copy, altered);
    }
}
