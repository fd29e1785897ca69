package org.gatehouse.acceptance.machine;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class PictureTest {
    @TempDir
    Path folder;

    private Path ppm(String head, int... bytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        for (int one : bytes) {
            all.write(one);
        }
        return Files.write(folder.resolve("screen.ppm"), all.toByteArray());
    }

    @Test
    void pictureKeepsItsSizeAndColours() throws IOException {
        Path png = folder.resolve("screen.png");
        Picture.toPng(ppm("P6\n# by QEMU\n2 1\n255\n", 255, 0, 0, 1, 2, 3), png);
        BufferedImage image = ImageIO.read(png.toFile());
        assertThat(image.getWidth()).isEqualTo(2);
        assertThat(image.getHeight()).isEqualTo(1);
        assertThat(image.getRGB(0, 0) & 0xffffff).isEqualTo(0xff0000);
        assertThat(image.getRGB(1, 0) & 0xffffff).isEqualTo(0x010203);
    }

    @Test
    void whatIsNoWholePictureIsRefused() throws IOException {
        Path png = folder.resolve("screen.png");
        Path cut = ppm("P6 2 2 255\n", 1, 2, 3);
        assertThatThrownBy(() -> Picture.toPng(cut, png)).hasMessageContaining("ends in row 0 of 2");
        Path text = ppm("P3 1 1 255\n", 1, 2, 3);
        assertThatThrownBy(() -> Picture.toPng(text, png)).hasMessageContaining("no binary PPM");
    }
}
