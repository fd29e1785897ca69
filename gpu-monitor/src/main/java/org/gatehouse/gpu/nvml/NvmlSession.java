package org.gatehouse.gpu.nvml;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.gatehouse.gpu.nativelib.SharedLibrary;

import static org.gatehouse.gpu.nvml.NvmlAbi.OK;

/**
 * One use of libnvidia-ml. Calls answer NVML's return codes, {@link NvmlAbi#FUNCTION_NOT_FOUND} too for what the library lacks. NVML counts
 * who has initialised it, so several sessions in one process do not disturb each other. For one thread at a time.
 */
final class NvmlSession implements AutoCloseable {
    private static final int SCRATCH_BYTES = 256;

    private final SharedLibrary library;
    private final Memory scratch = cleared(SCRATCH_BYTES);
    private boolean closed;

    private NvmlSession(SharedLibrary library) {
        this.library = library;
    }

    /** How opening ended. */
    sealed interface Opening {
        record Opened(NvmlSession session) implements Opening {}

        record Refused(String reason) implements Opening {}
    }

    /** Loads the first library of the list that is there, and initialises it. */
    static Opening open(List<String> libraries) {
        return switch (SharedLibrary.load(libraries)) {
            case SharedLibrary.Loading.Absent(String reason) -> new Opening.Refused(
                    "NVML cannot be used: " + reason + ". Install the NVIDIA driver if this machine has a GPU");
            case SharedLibrary.Loading.Loaded(SharedLibrary library) -> {
                int outcome = library.call("nvmlInit_v2", NvmlAbi.FUNCTION_NOT_FOUND);
                yield outcome == OK
                        ? new Opening.Opened(new NvmlSession(library))
                        : new Opening.Refused(
                                "NVML does not start (" + library.name() + ", " + outcome + "): "
                                        + initAdvice(outcome));
            }
        };
    }

    int call(String function, Object... arguments) {
        return library.call(function, NvmlAbi.FUNCTION_NOT_FOUND, arguments);
    }

    boolean has(String function) {
        return library.has(function);
    }

    /** Memory for out-parameters, reused by every call. */
    Memory scratch() {
        return scratch;
    }

    /** Text that a function of (device, buffer, length) gives; empty when it fails. */
    String text(String function, Pointer device, int length) {
        scratch.clear();
        return call(function, device, scratch, length) == OK ? text(scratch, 0, length) : "";
    }

    /** Text that a function of (buffer, length) gives; empty when it fails. */
    String text(String function, int length) {
        scratch.clear();
        return call(function, scratch, length) == OK ? text(scratch, 0, length) : "";
    }

    /** A 32-bit number that a function of (device, number*) gives, or {@code otherwise}. */
    int number(String function, Pointer device, int otherwise) {
        return call(function, device, scratch) == OK ? scratch.getInt(0) : otherwise;
    }

    /** The bus id that a function has put into an nvmlPciInfo_t, in one spelling. */
    static String busId(Pointer pciInfo) {
        return text(pciInfo, NvmlAbi.PciInfo.BUS_ID, NvmlAbi.PciInfo.BUS_ID_LENGTH).toUpperCase(Locale.ROOT);
    }

    static String text(Pointer memory, long offset, int length) {
        byte[] bytes = memory.getByteArray(offset, length);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(Arrays.copyOf(bytes, end), StandardCharsets.UTF_8).strip();
    }

    static Memory cleared(long size) {
        Memory memory = new Memory(size);
        memory.clear();
        return memory;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            call("nvmlShutdown");
            scratch.close();
        }
    }

    private static String initAdvice(int outcome) {
        return switch (outcome) {
            case NvmlAbi.DRIVER_NOT_LOADED ->
                "the NVIDIA kernel driver is not loaded; load it (modprobe nvidia) or look at the kernel log";
            case NvmlAbi.DRIVER_MISMATCH ->
                "the library and the loaded kernel driver are of different versions; boot the machine again after a driver update";
            case NvmlAbi.NO_PERMISSION -> "this process may not open /dev/nvidiactl; give its user access to it";
            case NvmlAbi.GPU_IS_LOST, NvmlAbi.GPU_NOT_FOUND -> "a GPU does not answer; boot the machine again";
            case NvmlAbi.FUNCTION_NOT_FOUND -> "it is not NVML, or older than driver 400; install a newer driver";
            default -> "look at nvidia-smi and at the kernel log";
        };
    }
}
