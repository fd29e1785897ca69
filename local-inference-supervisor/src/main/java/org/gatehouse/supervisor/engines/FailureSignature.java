package org.gatehouse.supervisor.engines;

import java.util.regex.Pattern;

/**
 * A text in an engine's log that shows why it ended. Immutable.
 *
 * @param pattern what the line contains; a first group is the context in tokens that would fit
 * @param failure what it means
 * @param isGeneral whether it only wraps a cause that another line names
 */
public record FailureSignature(Pattern pattern, EngineFailure failure, boolean isGeneral) {

    static FailureSignature of(EngineFailure failure, String regex) {
        return new FailureSignature(Pattern.compile(regex), failure, false);
    }

    static FailureSignature general(EngineFailure failure, String regex) {
        return new FailureSignature(Pattern.compile(regex), failure, true);
    }
}
