package org.gatehouse.supervisor.planning;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;

import org.gatehouse.supervisor.planning.ModelProblem.Kind;

/**
 * The tensors that one safetensors file announces, checked against each other and against the file's size. The format: 8 bytes
 * with the header's length (little endian), the header as JSON, the data. Only the header is read.
 */
final class SafetensorsHeader {
    /** The format's own bound on the header. */
    static final long LARGEST_HEADER_BYTES = 100_000_000;
    /** More than ten times what the largest published models have in all shards together. */
    static final int MOST_TENSORS = 1_000_000;

    private static final String FETCH_AGAIN = "Copy or download this file again and compare its checksum.";

    private SafetensorsHeader() {}

    /** Reads and checks one file. */
    static List<Tensor> read(Path file) throws ModelException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            long size = Files.size(file);
            byte[] prefix = in.readNBytes(8);
            if (prefix.length < 8) {
                throw new ModelException(Kind.TRUNCATED, file,
                        "The weight file has only " + prefix.length + " bytes, too few for a header", FETCH_AGAIN);
            }
            if (new String(prefix, StandardCharsets.US_ASCII).equals("version ")) {
                throw new ModelException(Kind.HEADER_INVALID, file,
                        "This is only a Git LFS pointer, not the weight file itself",
                        "Fetch the file's content, for example with git lfs pull.");
            }
            long headerBytes = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (headerBytes < 2 || headerBytes > LARGEST_HEADER_BYTES) {
                throw new ModelException(Kind.HEADER_TOO_LARGE, file,
                        "The weight file announces a header of " + Long.toUnsignedString(headerBytes)
                                + " bytes; 2 to " + LARGEST_HEADER_BYTES + " are possible",
                        "This is no safetensors file, or it is damaged: " + FETCH_AGAIN);
            }
            if (8 + headerBytes > size) {
                throw new ModelException(Kind.TRUNCATED, file,
                        "The weight file has " + size + " bytes but its header alone needs " + (8 + headerBytes),
                        FETCH_AGAIN);
            }
            List<Tensor> tensors = tensors(file, new BoundedStream(in, headerBytes));
            checkPlaces(file, tensors, size - 8 - headerBytes);
            return tensors;
        } catch (JsonProcessingException damaged) {
            throw new ModelException(Kind.HEADER_INVALID, file,
                    "The weight file's header is no valid JSON: " + damaged.getOriginalMessage(), FETCH_AGAIN);
        } catch (IOException unreadable) {
            throw new ModelException(Kind.UNREADABLE, file,
                    "The weight file cannot be read: " + unreadable.getClass().getSimpleName(),
                    "Check the file's owner, its permissions and the disk.");
        }
    }

    private static List<Tensor> tensors(Path file, InputStream header) throws IOException, ModelException {
        List<Tensor> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        try (JsonParser parser = JsonObject.headerParser(header)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw invalid(file, "The weight file's header is no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw invalid(file, "The header's entry \"" + name + "\" is no object");
                }
                if (name.equals("__metadata__")) {
                    parser.skipChildren();
                    continue;
                }
                if (!names.add(name)) {
                    throw new ModelException(Kind.TENSOR_TWICE, file,
                            "The tensor \"" + name + "\" stands in the weight file twice", FETCH_AGAIN);
                }
                if (names.size() > MOST_TENSORS) {
                    throw invalid(file, "The weight file has more than " + MOST_TENSORS + " tensors");
                }
                tensors.add(tensor(file, name, parser));
            }
        }
        return tensors;
    }

    private static Tensor tensor(Path file, String name, JsonParser parser) throws IOException, ModelException {
        String typeName = "";
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (field) {
                case "dtype" -> typeName = token == JsonToken.VALUE_STRING ? parser.getText() : "";
                case "shape" -> shape = wholes(file, name, parser, 32);
                case "data_offsets" -> offsets = wholes(file, name, parser, 2);
                default -> parser.skipChildren();
            }
        }
        if (shape == null || offsets == null || offsets.size() != 2 || offsets.getFirst() > offsets.getLast()) {
            throw invalid(file, "The tensor \"" + name + "\" has no proper shape or place");
        }
        String missing = typeName;
        TensorType type = TensorType.named(typeName)
                .orElseThrow(() -> new ModelException(Kind.UNKNOWN_TYPE, file,
                        "The tensor \"" + name + "\" has the unknown number format \"" + missing + "\"",
                        "Use a version of the model in a format that engines load, such as BF16, F16, F8_E4M3 or U8."));
        long elements = elements(file, name, shape, type);
        long bytes = offsets.getLast() - offsets.getFirst();
        if (elements * type.bits() != bytes * 8) {
            throw new ModelException(Kind.TENSOR_SIZE, file,
                    "The tensor \"" + name + "\" has " + bytes + " bytes, but " + type + " of shape " + shape
                            + " needs "
                            + elements * type.bits() / 8,
                    FETCH_AGAIN);
        }
        return new Tensor(name, type, shape, elements, bytes, offsets.getFirst());
    }

    private static long elements(Path file, String name, List<Long> shape, TensorType type) throws ModelException {
        try {
            long elements = 1;
            for (long side : shape) {
                elements = Math.multiplyExact(elements, side);
            }
            Math.multiplyExact(elements, type.bits());
            return elements;
        } catch (ArithmeticException tooLarge) {
            throw invalid(file, "The tensor \"" + name + "\" of shape " + shape + " is larger than anything can be");
        }
    }

    private static List<Long> wholes(Path file, String name, JsonParser parser, int most)
            throws IOException, ModelException {
        List<Long> values = new ArrayList<>();
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw invalid(file, "The tensor \"" + name + "\" has no proper shape or place");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || values.size() == most
                    || parser.getLongValue() < 0) {
                throw invalid(file, "The tensor \"" + name + "\" has no proper shape or place");
            }
            values.add(parser.getLongValue());
        }
        return values;
    }

    /** The tensors must cover the data from its first to its last byte, each byte once. */
    private static void checkPlaces(Path file, List<Tensor> tensors, long dataBytes) throws ModelException {
        List<Tensor> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparingLong(Tensor::offset).thenComparingLong(Tensor::bytes));
        long end = 0;
        for (Tensor tensor : ordered) {
            if (tensor.offset() < end) {
                throw new ModelException(Kind.TENSORS_OVERLAP, file,
                        "The tensor \"" + tensor.name() + "\" claims bytes that belong to another one", FETCH_AGAIN);
            }
            if (tensor.offset() > end) {
                throw new ModelException(Kind.SURPLUS_DATA, file,
                        "Before the tensor \"" + tensor.name() + "\" lie " + (tensor.offset() - end)
                                + " bytes that no tensor claims",
                        FETCH_AGAIN);
            }
            end = tensor.offset() + tensor.bytes();
        }
        if (end > dataBytes) {
            throw new ModelException(Kind.TRUNCATED, file,
                    "The weight file is truncated: " + (end - dataBytes) + " of " + end + " bytes of data are missing",
                    FETCH_AGAIN);
        }
        if (end < dataBytes) {
            throw new ModelException(Kind.SURPLUS_DATA, file,
                    "The weight file goes on for " + (dataBytes - end) + " bytes after its last tensor", FETCH_AGAIN);
        }
    }

    private static ModelException invalid(Path file, String what) {
        return new ModelException(Kind.HEADER_INVALID, file, what, FETCH_AGAIN);
    }
}
