package org.gatehouse.supervisor;

import java.util.Map;
import java.util.TreeMap;

/** Variables as a file that systemd reads, each value in double quotes with what is special there escaped (systemd.exec(5)). */
public final class EnvironmentFile {
    private EnvironmentFile() {}

    /** Its text. */
    public static String text(Map<String, String> environment) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(environment).forEach((name, value) -> {
            text.append(name).append("=\"");
            for (char c : value.toCharArray()) {
                if (c == '"' || c == '\\' || c == '`' || c == '$') {
                    text.append('\\');
                }
                text.append(c);
            }
            text.append("\"\n");
        });
        return text.toString();
    }
}
