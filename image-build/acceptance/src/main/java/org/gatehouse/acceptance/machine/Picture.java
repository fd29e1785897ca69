package org.gatehouse.acceptance.machine;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.imageio.ImageIO;

/** Turns the pictures that QEMU takes of a screen (binary PPM, {@code P6}) into what people can open. Stateless. */
final class Picture {
    private static final int MOST = 16_384;

    private Picture() {}

    /**
     * Writes it as PNG.
     *
     * @throws IOException if it is no PPM with a byte a colour
     */
    static void toPng(Path ppm, Path png) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(ppm))) {
            if (!"P6".equals(word(in))) {
                throw new IOException(ppm + " is no binary PPM picture");
            }
            int width = size(in);
            int height = size(in);
            if (size(in) != 255) {
                throw new IOException(ppm + " has more than a byte a colour");
            }
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            byte[] row = new byte[width * 3];
            for (int y = 0; y < height; y++) {
                if (in.readNBytes(row, 0, row.length) < row.length) {
                    throw new EOFException(ppm + " ends in row " + y + " of " + height);
                }
                for (int x = 0; x < width; x++) {
                    image.setRGB(x, y,
                            (row[x * 3] & 0xff) << 16 | (row[x * 3 + 1] & 0xff) << 8 | row[x * 3 + 2] & 0xff);
                }
            }
            Files.createDirectories(png.toAbsolutePath().getParent());
            ImageIO.write(image, "png", png.toFile());
        }
    }

    private static int size(InputStream in) throws IOException {
        String word = word(in);
        if (!word.matches("[0-9]{1,5}") || Integer.parseInt(word) > MOST) {
            throw new IOException("'" + word + "' is no size of a picture");
        }
        return Integer.parseInt(word);
    }

    /** The next word of the head; comments begin with {@code #}. */
    private static String word(InputStream in) throws IOException {
        StringBuilder word = new StringBuilder();
        boolean isComment = false;
        for (int letter = in.read(); letter >= 0; letter = in.read()) {
            if (letter == '#') {
                isComment = true;
            } else if (isComment) {
                isComment = letter != '\n';
            } else if (!Character.isWhitespace(letter)) {
                word.append((char) letter);
            } else if (!word.isEmpty()) {
                return word.toString();
            }
        }
        return word.toString();
    }
}
