package org.gatehouse.gpu;

/** What a snapshot was read from. */
public enum SourceKind {
    /** A running nv-hostengine, through libdcgm. */
    DCGM("dcgm"),
    /** A host engine inside this process. A fault in it ends the process, so it is off unless asked for. */
    DCGM_EMBEDDED("dcgm-embedded"),
    /** The driver's own library. */
    NVML("nvml"),
    /** A dcgm-exporter, scraped over HTTP. */
    EXPORTER("exporter"),
    /** Devices that do not exist. */
    SIMULATED("simulated"),
    /** Nothing: there is no GPU, or no way to see it. */
    NONE("none");

    private final String label;

    SourceKind(String label) {
        this.label = label;
    }

    /** The word for people and for the API. */
    public String label() {
        return label;
    }
}
