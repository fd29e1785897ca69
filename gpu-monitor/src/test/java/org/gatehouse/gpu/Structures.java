package org.gatehouse.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Sizes and offsets of NVIDIA's structures as gcc lays the public headers out, from {@code abi/structures.tsv}. */
public final class Structures {
    private final Map<String, Integer> numbers = new HashMap<>();

    private Structures() {}

    /** Reads the table. */
    public static Structures read() {
        Structures structures = new Structures();
        try (InputStream in = Objects.requireNonNull(Structures.class.getResourceAsStream("/abi/structures.tsv"))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.startsWith("#")) {
                    String[] parts = line.split("\t");
                    structures.numbers.put(parts[0], Integer.parseInt(parts[1]));
                    structures.numbers.put(parts[0] + "." + parts[2], Integer.parseInt(parts[3]));
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return structures;
    }

    /** The size of a structure. */
    public int size(String structure) {
        return number(structure);
    }

    /** Where a member of a structure begins. */
    public int offset(String structure, String member) {
        return number(structure + "." + member);
    }

    private int number(String key) {
        Integer number = numbers.get(key);
        if (number == null) {
            throw new IllegalArgumentException("The table of structures has no " + key);
        }
        return number;
    }
}
