package org.gatehouse.daemon;

/** The settings are wrong; the message says which one and what to write instead. */
public final class SettingsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** A wrong setting. */
    public SettingsException(String message) {
        super(message);
    }

    /** A setting that could not be read. */
    public SettingsException(String message, Throwable cause) {
        super(message, cause);
    }
}
