package org.gatehouse.supervisor.planning;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.gatehouse.supervisor.planning.ModelProblem.Kind;

/**
 * The header of a GGUF file (versions 2 and 3): its settings and what tensors it has, checked against the file's size. Long lists,
 * such as the vocabulary, are counted and passed over.
 *
 * @param settings values are {@code Long, Double, Boolean, String}; short lists of numbers are {@code List<Object>}; a list that
 *        was passed over is its length as {@code Long} under its name with {@code .length} behind
 * @param tensors with the bytes that they take in the file
 */
record GgufHeader(Map<String, Object> settings, List<Tensor> tensors) {
    private static final int MAGIC = 0x46554747;
    private static final int LONGEST_TEXT = 1 << 20;
    /** Longer texts (chat templates, licences) decide nothing here. */
    private static final int LONGEST_KEPT_TEXT = 4096;
    /** Lists as long as a model has layers are kept. */
    private static final int LONGEST_LIST = 10_000;
    private static final int MOST_KEPT_ELEMENTS = 1_000_000;
    private static final long MOST_SETTINGS = 10_000;
    /** Vocabularies of a quarter of a million tokens take about 20 MB. */
    private static final long LARGEST_HEADER_BYTES = 256L << 20;
    private static final String FETCH_AGAIN = "Copy or download this file again and compare its checksum.";

    /** Elements of a block and bytes of a block, by number of the type: ggml's table. */
    private static final Map<Integer, int[]> TYPES = Map.ofEntries(type(0, 1, 4), type(1, 1, 2), type(2, 32, 18),
            type(3, 32, 20), type(6, 32, 22), type(7, 32, 24), type(8, 32, 34), type(9, 32, 36), type(10, 256, 84),
            type(11, 256, 110), type(12, 256, 144), type(13, 256, 176), type(14, 256, 210), type(15, 256, 292),
            type(16, 256, 66), type(17, 256, 74), type(18, 256, 98), type(19, 256, 50), type(20, 32, 18),
            type(21, 256, 110), type(22, 256, 82), type(23, 256, 136), type(24, 1, 1), type(25, 1, 2), type(26, 1, 4),
            type(27, 1, 8), type(28, 1, 8), type(29, 256, 56), type(30, 1, 2), type(34, 256, 54), type(35, 256, 66),
            type(39, 32, 17));

    private static Map.Entry<Integer, int[]> type(int number, int elements, int bytes) {
        return Map.entry(number, new int[]{elements, bytes});
    }

    static GgufHeader read(Path file) throws ModelException {
        try (Source in = new Source(
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16)))) {
            if (in.int32() != MAGIC) {
                throw invalid(file, "The file does not begin like a GGUF file");
            }
            int version = in.int32();
            if (version < 2 || version > 3) {
                throw invalid(file, "The file has GGUF version " + version + "; 2 and 3 are known");
            }
            long tensorCount = in.int64();
            long settingCount = in.int64();
            if (tensorCount < 0 || tensorCount > SafetensorsHeader.MOST_TENSORS || settingCount < 0
                    || settingCount > MOST_SETTINGS) {
                throw invalid(file, "The file announces " + tensorCount + " tensors and " + settingCount + " settings");
            }
            Map<String, Object> settings = new HashMap<>();
            for (long index = 0; index < settingCount; index++) {
                String name = in.text();
                setting(file, in, name, in.int32(), settings);
            }
            List<Tensor> tensors = tensors(file, in, tensorCount);
            checkSize(file, tensors, in.position(), settings);
            return new GgufHeader(Map.copyOf(settings), List.copyOf(tensors));
        } catch (EOFException ended) {
            throw new ModelException(Kind.TRUNCATED, file, "The file ends inside of its header", FETCH_AGAIN);
        } catch (IOException unreadable) {
            throw new ModelException(Kind.HEADER_INVALID, file,
                    "The file's header cannot be read: " + unreadable.getMessage(), FETCH_AGAIN);
        }
    }

    private static void setting(Path file, Source in, String name, int type, Map<String, Object> settings)
            throws IOException, ModelException {
        if (type != 9) {
            Object value = in.value(type).orElseThrow(() -> invalid(file, "Setting " + name + " has type " + type));
            if (!(value instanceof String text) || text.length() <= LONGEST_KEPT_TEXT) {
                settings.put(name, value);
            }
            return;
        }
        int elementType = in.int32();
        long length = in.int64();
        if (length < 0 || length > 100_000_000) {
            throw invalid(file, "Setting " + name + " has " + length + " elements");
        }
        settings.put(name + ".length", length);
        boolean keep = length <= LONGEST_LIST && in.kept() + length <= MOST_KEPT_ELEMENTS;
        List<Object> kept = new ArrayList<>();
        for (long index = 0; index < length; index++) {
            Object value = in.value(elementType)
                    .orElseThrow(() -> invalid(file, "Setting " + name + " has elements of type " + elementType));
            if (keep && !(value instanceof String)) {
                kept.add(value);
            }
        }
        if (!kept.isEmpty()) {
            in.keep(kept.size());
            settings.put(name, List.copyOf(kept));
        }
    }

    private static List<Tensor> tensors(Path file, Source in, long count) throws IOException, ModelException {
        List<Tensor> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (long index = 0; index < count; index++) {
            String name = in.text();
            if (!names.add(name)) {
                throw new ModelException(Kind.TENSOR_TWICE, file,
                        "The tensor \"" + name + "\" stands in the file twice", FETCH_AGAIN);
            }
            int dimensions = in.int32();
            if (dimensions < 0 || dimensions > 8) {
                throw invalid(file, "The tensor \"" + name + "\" has " + dimensions + " dimensions");
            }
            List<Long> shape = new ArrayList<>();
            double elements = 1;
            for (int side = 0; side < dimensions; side++) {
                shape.add(in.int64());
                elements *= shape.getLast();
            }
            int type = in.int32();
            int[] block = TYPES.get(type);
            if (block == null) {
                throw new ModelException(Kind.UNKNOWN_TYPE, file,
                        "The tensor \"" + name + "\" has the unknown number format " + type,
                        "Use a file with another quantisation, such as Q4_K_M or Q8_0.");
            }
            if (elements < 0 || elements > 1e15 || shape.stream().anyMatch(side -> side < 0)) {
                throw invalid(file, "The tensor \"" + name + "\" has the impossible shape " + shape);
            }
            long bytes = Math.ceilDiv((long) elements, (long) block[0]) * block[1];
            // llama.cpp loads what the file holds, so no number here counts as one that is converted.
            tensors.add(new Tensor(name, TensorType.U8, List.copyOf(shape), (long) elements, bytes, in.int64()));
        }
        return tensors;
    }

    private static void checkSize(Path file, List<Tensor> tensors, long headerEnd, Map<String, Object> settings)
            throws IOException, ModelException {
        long alignment = settings.get("general.alignment") instanceof Long said && said > 0 && said <= 1 << 20
                ? said
                : 32;
        long start = Math.ceilDiv(headerEnd, alignment) * alignment;
        long end = 0;
        for (Tensor tensor : tensors) {
            if (tensor.offset() < 0 || tensor.offset() > Long.MAX_VALUE / 4) {
                throw invalid(file, "The tensor \"" + tensor.name() + "\" has no proper place");
            }
            end = Math.max(end, tensor.offset() + tensor.bytes());
        }
        long missing = tensors.isEmpty() ? 0 : start + end - Files.size(file);
        if (missing > 0) {
            throw new ModelException(Kind.TRUNCATED, file,
                    "The file is truncated: " + missing + " of " + (start + end) + " bytes are missing", FETCH_AGAIN);
        }
    }

    private static ModelException invalid(Path file, String what) {
        return new ModelException(Kind.HEADER_INVALID, file, what, FETCH_AGAIN);
    }

    /** Little-endian values from a stream, counted. Used by one thread. */
    private static final class Source implements AutoCloseable {
        private final DataInputStream in;
        private long position;
        private int kept;

        private Source(DataInputStream in) {
            this.in = in;
        }

        long position() {
            return position;
        }

        /** List elements that are held in memory so far. */
        int kept() {
            return kept;
        }

        void keep(int elements) {
            kept += elements;
        }

        int int32() throws IOException {
            pass(4);
            return Integer.reverseBytes(in.readInt());
        }

        long int64() throws IOException {
            pass(8);
            return Long.reverseBytes(in.readLong());
        }

        String text() throws IOException {
            long length = int64();
            if (length < 0 || length > LONGEST_TEXT) {
                throw new IOException("a text of " + length + " bytes");
            }
            pass(length);
            byte[] bytes = in.readNBytes((int) length);
            if (bytes.length < length) {
                throw new EOFException();
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        /** A value of one of the format's scalar types; empty for any other type. */
        Optional<Object> value(int type) throws IOException {
            return switch (type) {
                case 0 -> Optional.of((long) Byte.toUnsignedInt(int8()));
                case 1 -> Optional.of((long) int8());
                case 2 -> Optional.of((long) Short.toUnsignedInt(int16()));
                case 3 -> Optional.of((long) int16());
                case 4 -> Optional.of(Integer.toUnsignedLong(int32()));
                case 5 -> Optional.of((long) int32());
                case 6 -> Optional.of((double) Float.intBitsToFloat(int32()));
                case 7 -> Optional.of(int8() != 0);
                case 8 -> Optional.of(text());
                case 10, 11 -> Optional.of(int64());
                case 12 -> Optional.of(Double.longBitsToDouble(int64()));
                default -> Optional.empty();
            };
        }

        private byte int8() throws IOException {
            pass(1);
            return in.readByte();
        }

        private short int16() throws IOException {
            pass(2);
            return Short.reverseBytes(in.readShort());
        }

        private void pass(long bytes) throws IOException {
            position += bytes;
            if (position > LARGEST_HEADER_BYTES) {
                throw new IOException("it is longer than " + LARGEST_HEADER_BYTES + " bytes");
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
