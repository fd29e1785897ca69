package org.gatehouse.gpu;

/** How bad a GPU's symptom is. */
public enum Severity {
    /** Good to know. */
    INFO,
    /** Work goes on; somebody should look. */
    WARNING,
    /** Work on this GPU has failed, or soon will. */
    CRITICAL
}
