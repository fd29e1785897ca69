package org.gatehouse.bench.load;

import java.util.LinkedHashMap;
import java.util.Map;

/** How one call of a racing client ended. Request ids are empty where no header block came. */
sealed interface CallEnd {
    /** The {@code x-request-id} of the reply. */
    String requestId();

    /** The client holds the whole reply. */
    record Completed(String requestId, boolean stream, long promptTokens, long outputTokens, boolean toldUsage)
            implements
                CallEnd {}

    /** The client left on purpose; it had seen so many chunks of text. */
    record Left(String requestId, boolean stream, long chunks) implements CallEnd {}

    /** The gateway answered with an error. */
    record Refused(String requestId, int status, String code) implements CallEnd {}

    /** The reply was cut, or none came. */
    record Broken(String requestId, String kind, boolean unreachable) implements CallEnd {}

    /** As a line of the file that the checks read. */
    default String line() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("id", requestId());
        switch (this) {
            case Completed completed -> {
                line.put("end", "completed");
                line.put("stream", completed.stream);
                line.put("prompt_tokens", completed.promptTokens);
                line.put("output_tokens", completed.outputTokens);
            }
            case Left left -> {
                line.put("end", "left");
                line.put("stream", left.stream);
                line.put("chunks", left.chunks);
            }
            case Refused refused -> {
                line.put("end", "refused");
                line.put("status", refused.status);
                line.put("code", refused.code);
            }
            case Broken broken -> {
                line.put("end", "broken");
                line.put("kind", broken.kind);
            }
        }
        return Json.write(line);
    }
}
