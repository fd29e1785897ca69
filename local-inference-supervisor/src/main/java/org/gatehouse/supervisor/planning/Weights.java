package org.gatehouse.supervisor.planning;

import java.util.EnumMap;
import java.util.Map;

/**
 * The weights of a model, by role. Immutable.
 *
 * @param byRole bytes of each role that occurs
 * @param tensors how many tensors there are
 * @param files how many weight files there are
 * @param tied whether the output projection is the embedding again
 */
public record Weights(Map<TensorRole, TensorBytes> byRole, int tensors, int files, boolean tied) {

    /** Copies the map. */
    public Weights {
        byRole = Map.copyOf(byRole);
    }

    static Weights of(Iterable<Tensor> tensors, int layers, int files, boolean tied) {
        Map<TensorRole, TensorBytes> byRole = new EnumMap<>(TensorRole.class);
        int count = 0;
        for (Tensor tensor : tensors) {
            TensorRole role = TensorRole.of(tensor.name(), tensor.shape().size(), layers);
            byRole.put(role, byRole.getOrDefault(role, TensorBytes.NONE).plus(tensor));
            count++;
        }
        return new Weights(byRole, count, files, tied);
    }

    /** Bytes of this role's tensors. */
    public TensorBytes of(TensorRole role) {
        return byRole.getOrDefault(role, TensorBytes.NONE);
    }

    /** Bytes of all tensors in the files, exactly. */
    public long totalBytes() {
        return byRole.values().stream().mapToLong(TensorBytes::bytes).sum();
    }

    /**
     * Bytes on the GPU that has the most of them.
     *
     * @param shape how the model is divided
     * @param layers how many layers it has
     * @param keyValueHeads beyond so many GPUs, key and value projections are repeated instead of divided; 1 to ...
     * @param format how floating point numbers are loaded
     */
    public long bytesPerDevice(Shape shape, int layers, int keyValueHeads, LoadFormat format) {
        int group = shape.tensorParallel();
        int stages = shape.pipelineParallel();
        long divided = over(of(TensorRole.LAYER_DIVIDED).loadedBytes(format.matrixBits()), group);
        long keyValue = over(of(TensorRole.LAYER_KEY_VALUE).loadedBytes(format.matrixBits()),
                Math.min(group, Math.max(1, keyValueHeads)));
        long whole = of(TensorRole.LAYER_WHOLE).loadedBytes(format.otherBits());
        long embedding = over(of(TensorRole.EMBEDDING).loadedBytes(format.otherBits()), group);
        long head = tied ? embedding : over(of(TensorRole.HEAD).loadedBytes(format.otherBits()), group);
        long aside = of(TensorRole.TOWER).loadedBytes(format.otherBits())
                + of(TensorRole.OTHER).loadedBytes(format.otherBits());
        if (stages == 1) {
            return divided + keyValue + whole + aside + embedding + (tied ? 0 : head);
        }
        long largest = 0;
        int[] sizes = Stages.sizes(layers, stages);
        for (int stage = 0; stage < stages; stage++) {
            long own = ratio(divided + keyValue + whole, sizes[stage], layers);
            long ends = stage == 0 ? embedding + aside : stage == stages - 1 ? head : 0;
            largest = Math.max(largest, own + ends);
        }
        return largest;
    }

    private static long over(long bytes, int parts) {
        return Math.ceilDiv(bytes, (long) parts);
    }

    private static long ratio(long bytes, int part, int whole) {
        return (long) Math.ceil((double) bytes * part / whole);
    }
}
