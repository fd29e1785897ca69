package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Unified kernel images as somebody made them who must not get them started. Stateless. */
final class SpoiltKernelImage {
    private static final int SECTION_HEADER = 40;

    private SpoiltKernelImage() {}

    /** One bit in the middle of a section, such as {@code .linux} or {@code .cmdline}; the signature stays. */
    static Path alteredIn(String section, Path good, Path copy) throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        bytes[middle(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), section)] ^= 1;
        return Files.write(copy, bytes);
    }

    /** By the table of sections that a PE file has (Microsoft's specification of the format, "Section Table"). */
    private static int middle(ByteBuffer image, String section) throws IOException {
        int head = image.getInt(0x3c);
        int first = head + 24 + image.getShort(head + 20);
        for (int i = 0; i < image.getShort(head + 6); i++) {
            int at = first + i * SECTION_HEADER;
            byte[] name = new byte[8];
            image.get(at, name);
            if (new String(name, StandardCharsets.US_ASCII).replace("\0", "").equals(section)) {
                return image.getInt(at + 20) + image.getInt(at + 8) / 2;
            }
        }
        throw new IOException("the kernel image has no section " + section);
    }
}
