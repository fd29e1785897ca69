package org.gatehouse.admin;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Hides what looks like a secret in a line of an engine's output, of the log, of a machine's journal. Engines print their whole command line and settings when
 * they start, keys included (vLLM: "non-default args: {… 'api_key': ['…'] …}"). Stateless.
 */
public final class LogMask {
    private static final String VALUE = "(?:\\[[^\\]]*\\]|\"[^\"]*\"|'[^']*'|[^\\s,;'\"\\])}]+)";
    private static final String NAME = "(?:api[-_]?key|hf[-_]token|auth[-_]?token|access[-_]?token|password|secret)";
    private static final List<Pattern> SECRETS = List.of(
            // --api-key VALUE, --api-key=VALUE, and '--api-key', 'VALUE' in a printed list
            Pattern.compile("(?i)(--(?:[a-z0-9]+[-_])*?" + NAME + "(?:['\"]?\\s*,\\s*|\\s*=\\s*|\\s+))" + VALUE),
            // api_key=VALUE, 'api_key': ['VALUE'], HF_TOKEN=VALUE
            Pattern.compile("(?i)(" + NAME + "['\"]?\\s*[=:]\\s*)(?!None\\b|null\\b)" + VALUE),
            Pattern.compile("(?i)(\\bbearer\\s+)[A-Za-z0-9._~+/=-]{8,}"),
            Pattern.compile("\\b(hf_|sk-|ghk_|gha_|ghm_|ghs_|ght_)[A-Za-z0-9_-]{8,}"),
            Pattern.compile("(?i)(authorization['\"]?\\s*[=:]\\s*['\"]?basic\\s+)[A-Za-z0-9+/=]+"),
            // the password in https://user:password@host
            Pattern.compile("(\\bhttps?://[^\\s/:@]*:)[^\\s/@]+(?=@)"),
            // systemd's recovery keys: eight groups of eight letters that all keyboards share
            Pattern.compile("()\\b(?:[cbdefghijklnrtuv]{8}-){7}[cbdefghijklnrtuv]{8}\\b"));

    private LogMask() {}

    /** The line with stars where secrets may be. */
    public static String mask(String line) {
        String masked = line;
        for (Pattern secret : SECRETS) {
            masked = secret.matcher(masked).replaceAll("$1***");
        }
        return masked;
    }
}
