package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongConsumer;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;

/**
 * Images of layers: a file system, its hash tree, and our signature of the tree's root hash. Who signed is checked again each
 * time that one is mounted; a block that was changed is noticed by the kernel only when it is read, so all of them are held
 * against the tree before one is kept.
 */
record LayerImages(LayerPlaces places, Programs programs) {
    /** A root file system whose hash tree is signed, and nothing else; what only looks like it is never mounted. */
    private static final String POLICY = "--image-policy=root=signed:=ignore";
    private static final Duration LONGEST_MOUNTING = Duration.ofMinutes(5);
    private static final Duration LONGEST_CHECK = Duration.ofMinutes(1);
    private static final String SELF = ".layer.json";
    private static final long LONGEST_SELF = 64 << 10;

    /** Which layer a file is, once its signature and each of its blocks were checked. The file must be root's own. */
    Layer check(Path image, LongConsumer progress) throws Refused, IOException, InterruptedException {
        SignedImage signed = SignedImage.of(image);
        requireSigned(signed);
        HashTree.check(image, signed, progress);
        mount(image, places.trial());
        try {
            return self(places.trial());
        } finally {
            unmount(places.trial());
        }
    }

    /** By openssl rather than by mounting: two images with one root hash share a device, and the second is not looked at. */
    private void requireSigned(SignedImage signed) throws Refused, IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("layer");
        Path hash = scratch.resolve("hash");
        Path signature = scratch.resolve("signature");
        try {
            Files.write(hash, HexFormat.of().formatHex(signed.rootHash()).getBytes(StandardCharsets.US_ASCII));
            Files.write(signature, signed.signature());
            // The certificate is trusted as it is; those that the signature brings along count for nothing.
            Programs.Ended ended = programs.run(List.of("openssl", "smime", "-verify", "-binary", "-inform", "DER",
                    "-in", signature.toString(), "-content", hash.toString(), "-certfile", places.keyring().toString(),
                    "-nointern", "-noverify", "-out", "/dev/null"), LONGEST_CHECK);
            if (ended.status() != 0) {
                throw SignedImage.unsigned();
            }
        } finally {
            Files.deleteIfExists(hash);
            Files.deleteIfExists(signature);
            Files.deleteIfExists(scratch);
        }
    }

    /** Mounts one, read-only, if systemd finds it signed by whom the base trusts. */
    void mount(Path image, Path at) throws Refused, IOException, InterruptedException {
        Programs.Ended ended = programs.run(List.of("systemd-dissect", "--mount", "--mkdir", "--read-only", POLICY,
                image.toString(), at.toString()), LONGEST_MOUNTING);
        if (ended.status() != 0) {
            throw new Refused("layer_not_mounted",
                    "The layer's image is damaged, or not signed by whom this box trusts: "
                            + Programs.Ended.lastLine(ended.output()) + " Install it again.");
        }
    }

    /** Takes it away again, and the devices under it. */
    void unmount(Path at) throws IOException, InterruptedException {
        programs.must(LONGEST_MOUNTING, "systemd-dissect", "--umount", "--rmdir", at.toString());
    }

    /** Which layer the mounted one says that it is. */
    Layer self(Path at) throws Refused, IOException {
        Path self = at.resolve(SELF);
        if (!Files.isRegularFile(self, LinkOption.NOFOLLOW_LINKS) || Files.size(self) > LONGEST_SELF) {
            throw damaged("it does not say which layer it is");
        }
        return Layer.read(Files.readAllBytes(self));
    }

    /** It is not what it should be. */
    static Refused damaged(String why) {
        return new Refused("layer_damaged", "The layer is damaged: " + why
                + ". Nothing was changed. Get it again and compare its SHA-256 sum.");
    }
}
