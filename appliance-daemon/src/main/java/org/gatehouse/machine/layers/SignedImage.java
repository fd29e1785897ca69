package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.machine.agent.Refused;

/**
 * Where the three parts of a layer's image lie (UEFI specification 2.10, 5.3; Discoverable Partitions Specification): the file
 * system, its hash tree, and the signed root hash. Reading it proves nothing yet. Immutable.
 *
 * @param rootHash which the image claims to have
 * @param signature of the root hash in hexadecimal, PKCS#7
 */
record SignedImage(Part data, Part tree, byte[] rootHash, byte[] signature) {
    private static final String DATA = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709";
    private static final String TREE = "2c7357ed-ebd2-46d9-aec1-23d437ec2bf5";
    private static final String SIGNATURE = "41092b05-9fc8-4523-994f-2def0408b176";
    private static final int SECTOR = 512;
    private static final int HASH = 32;
    private static final int MOST_ENTRIES = 128;
    private static final int ENTRY = 128;
    private static final int LONGEST_SIGNATURE = 64 << 10;

    /** A piece of the file, in bytes. */
    record Part(long offset, long size) {}

    /** Finds the parts. */
    static SignedImage of(Path file) throws Refused, IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer head = read(channel, SECTOR, SECTOR);
            if (head.getLong(0) != ByteBuffer.wrap("EFI PART".getBytes(StandardCharsets.US_ASCII))
                    .order(ByteOrder.LITTLE_ENDIAN).getLong()
                    || head.getInt(80) > MOST_ENTRIES || head.getInt(84) != ENTRY || head.getLong(72) > SECTOR) {
                throw LayerImages.damaged("it is no image of a layer");
            }
            ByteBuffer table = read(channel, head.getLong(72) * SECTOR, head.getInt(80) * ENTRY);
            JsonNode signed = signed(channel, part(table, SIGNATURE, channel.size()));
            byte[] rootHash = HexFormat.of().parseHex(signed.path("rootHash").asText());
            byte[] signature = Base64.getDecoder().decode(signed.path("signature").asText());
            if (rootHash.length != HASH || signature.length == 0) {
                throw unsigned();
            }
            return new SignedImage(part(table, DATA, channel.size()), part(table, TREE, channel.size()), rootHash,
                    signature);
        } catch (IllegalArgumentException _) {
            throw unsigned();
        }
    }

    /** Exactly so many bytes. */
    static ByteBuffer read(FileChannel channel, long offset, int size) throws Refused, IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw LayerImages.damaged("it was cut off");
            }
        }
        return bytes.flip();
    }

    private static Part part(ByteBuffer table, String type, long size) throws Refused {
        Part found = null;
        for (int at = 0; at < table.limit(); at += ENTRY) {
            if (type(table, at).equals(type)) {
                long first = table.getLong(at + 32);
                long last = table.getLong(at + 40);
                if (found != null || first < 0 || last < first || last >= size / SECTOR) {
                    throw LayerImages.damaged("it was cut off, or its parts overlap");
                }
                found = new Part(first * SECTOR, (last - first + 1) * SECTOR);
            }
        }
        if (found == null) {
            throw type.equals(DATA) ? LayerImages.damaged("it is no image of a layer") : unsigned();
        }
        return found;
    }

    /** A GUID's first three parts lie there with their last byte first. */
    private static String type(ByteBuffer table, int at) {
        byte[] rest = new byte[8];
        table.get(at + 8, rest);
        String end = HexFormat.of().formatHex(rest);
        return String.format("%08x-%04x-%04x-%s-%s", table.getInt(at), table.getShort(at + 4), table.getShort(at + 6),
                end.substring(0, 4), end.substring(4));
    }

    private static JsonNode signed(FileChannel channel, Part part) throws Refused, IOException {
        if (part.size() > LONGEST_SIGNATURE) {
            throw unsigned();
        }
        byte[] bytes = read(channel, part.offset(), (int) part.size()).array();
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        if (Json.parse(Arrays.copyOf(bytes, end)) instanceof Reading.Whole<JsonNode>(JsonNode signed)) {
            return signed;
        }
        throw unsigned();
    }

    /** Nobody we know vouches for it. */
    static Refused unsigned() {
        return new Refused("layer_untrusted", "The layer is not signed by whom this box trusts, or its signature is of"
                + " another content. Nothing was changed. Take the layer from the maker of this box.");
    }
}
