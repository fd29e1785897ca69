package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.acceptance.machine.PartitionTable;
import org.gatehouse.acceptance.machine.PartitionTable.Partition;
import org.gatehouse.acceptance.machine.Programs;

/** A layer as somebody made it who must not get it onto a box: each of them a file's bytes. Made from a good one. */
record SpoiltLayer(Path good, Path work) {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Partition part(String ending) throws IOException {
        return PartitionTable.of(good).stream().filter(one -> one.label().endsWith(ending)).findFirst().orElseThrow();
    }

    /** One bit in the middle of the file system, which mounting does not look at. */
    byte[] withAlteredContent() throws IOException {
        Partition data = part("x86-64");
        return flipped((int) (data.offset() + data.size() / 2 + 77));
    }

    /** One bit of the hash tree. */
    byte[] withAlteredHashTree() throws IOException {
        return flipped((int) part("-verity").offset() + 4096 + 9);
    }

    /** The signature of a root hash is of another one. */
    byte[] withAnotherRootHash() throws IOException {
        ObjectNode signed = signed();
        String hash = signed.path("rootHash").asText();
        return signedAs(signed.put("rootHash", (hash.startsWith("0") ? "1" : "0") + hash.substring(1)));
    }

    /** One bit of the signature. */
    byte[] withAlteredSignature() throws IOException {
        byte[] signature = Base64.getDecoder().decode(signed().path("signature").asText());
        signature[signature.length - 5] ^= 1;
        return signedAs(signed().put("signature", Base64.getEncoder().encodeToString(signature)));
    }

    /** Nobody signed it. */
    byte[] withoutSignature() throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        Partition signature = part("-sig");
        Arrays.fill(bytes, (int) signature.offset(), (int) (signature.offset() + signature.size()), (byte) 0);
        return bytes;
    }

    /** Somebody else signed it, as well as we do. */
    byte[] signedByAnother() throws IOException {
        Path key = work.resolve("foreign.key");
        Path certificate = work.resolve("foreign.crt");
        Path hash = work.resolve("foreign.hash");
        Path signature = work.resolve("foreign.sig");
        Programs.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=somebody else", "-keyout", key.toString(), "-out", certificate.toString());
        Files.writeString(hash, signed().path("rootHash").asText());
        Programs.run("openssl", "smime", "-sign", "-noattr", "-binary", "-signer", certificate.toString(),
                "-inkey", key.toString(), "-outform", "der", "-in", hash.toString(), "-out", signature.toString());
        return signedAs(signed().put("signature", Base64.getEncoder().encodeToString(Files.readAllBytes(signature))));
    }

    /** The end is missing. */
    byte[] cutOff() throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        return Arrays.copyOf(bytes, bytes.length * 2 / 3);
    }

    /** All of them with what a box must say. */
    List<Wrong> all() throws IOException {
        return List.of(new Wrong("altered content", withAlteredContent(), "layer_damaged"),
                new Wrong("an altered hash tree", withAlteredHashTree(), "layer_damaged"),
                new Wrong("another root hash", withAnotherRootHash(), "layer_untrusted"),
                new Wrong("an altered signature", withAlteredSignature(), "layer_untrusted"),
                new Wrong("no signature", withoutSignature(), "layer_untrusted"),
                new Wrong("somebody else's signature", signedByAnother(), "layer_untrusted"),
                new Wrong("no end", cutOff(), "layer_damaged"));
    }

    /** One of them. */
    record Wrong(String what, byte[] bytes, String code) {}

    private byte[] flipped(int at) throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        bytes[at] ^= 1;
        return bytes;
    }

    private ObjectNode signed() throws IOException {
        Partition signature = part("-sig");
        byte[] bytes = Arrays.copyOfRange(Files.readAllBytes(good), (int) signature.offset(),
                (int) (signature.offset() + signature.size()));
        return (ObjectNode) JSON.readTree(new String(bytes, StandardCharsets.UTF_8).replace("\0", ""));
    }

    private byte[] signedAs(ObjectNode signed) throws IOException {
        byte[] bytes = withoutSignature();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position((int) part("-sig").offset())
                .put(JSON.writeValueAsBytes(signed));
        return bytes;
    }
}
