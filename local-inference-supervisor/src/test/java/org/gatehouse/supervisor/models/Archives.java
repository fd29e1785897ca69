package org.gatehouse.supervisor.models;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes archives by hand, so that they can be as bad as a test needs them. */
final class Archives {
    private static final int BLOCK = 512;
    private static final int CENTRAL_ENTRY = 0x02014b50;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A tar to add entries to. */
    static Archives tar() {
        return new Archives();
    }

    static byte[] tarOf(String directory, ModelFiles model) {
        Archives tar = tar();
        if (!directory.isEmpty()) {
            tar.entry(directory, '5', new byte[0], "");
        }
        model.files().forEach((path, content) -> tar.file(directory + path, content));
        return tar.end();
    }

    Archives file(String name, byte[] content) {
        return entry(name, '0', content, "");
    }

    Archives entry(String name, char type, byte[] content, String link) {
        return header(name, type, content.length, link).body(content);
    }

    Archives header(String name, char type, long size, String link) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, String.format(Locale.ROOT, "%011o ", size));
        put(header, 136, "00000000000 ");
        header[156] = (byte) type;
        put(header, 157, link);
        put(header, 257, "ustar\00000");
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte single : header) {
            sum += single & 0xFF;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        out.writeBytes(header);
        return this;
    }

    Archives body(byte[] content) {
        out.writeBytes(content);
        out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
        return this;
    }

    /** A pax header for the next entry. */
    Archives pax(String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int length = rest.getBytes(StandardCharsets.UTF_8).length;
        int digits = Integer.toString(length + Integer.toString(length).length()).length();
        return entry("pax", 'x', (length + digits + rest).getBytes(StandardCharsets.UTF_8), "");
    }

    byte[] end() {
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        }
        return packed.toByteArray();
    }

    static byte[] zipOf(String directory, ModelFiles model) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(packed)) {
            for (String path : model.files().keySet()) {
                zip.putNextEntry(new ZipEntry(directory + path));
                zip.write(model.get(path));
                zip.closeEntry();
            }
        }
        return packed.toByteArray();
    }

    /** The same zip, whose entry of this number says by its Unix mode what it is. */
    static byte[] withUnixMode(byte[] zip, int entry, int mode) {
        ByteBuffer buffer = ByteBuffer.wrap(zip.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int found = -1;
        for (int at = 0; at < buffer.limit() - 4; at++) {
            if (buffer.getInt(at) == CENTRAL_ENTRY && ++found == entry) {
                buffer.put(at + 5, (byte) 3);
                buffer.putInt(at + 38, mode << 16);
                return buffer.array();
            }
        }
        throw new IllegalArgumentException("no entry " + entry);
    }

    static Path write(Path file, byte[] content) throws IOException {
        return Files.write(file, content);
    }
}
