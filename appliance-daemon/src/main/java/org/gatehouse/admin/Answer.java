package org.gatehouse.admin;

import java.io.IOException;
import java.io.OutputStream;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.listen.ClientConnection;

/** What an operation answers. */
sealed interface Answer {

    /**
     * A JSON value.
     *
     * @param location where the thing lives that was made; {@code null} if none was
     * @param version the entity tag; {@code null} where there is none
     */
    record Json(int status, JsonNode tree, @Nullable String location, @Nullable Long version) implements Answer {

        static Json of(JsonNode tree) {
            return new Json(200, tree, null, null);
        }

        static Json of(Record form) {
            return of(org.gatehouse.governance.form.Json.tree(form));
        }
    }

    /** Done, with nothing to say. */
    record Nothing() implements Answer {}

    /** Another answer, and something that the browser keeps. */
    record WithCookie(Answer answer, String cookie) implements Answer {}

    /** Go on elsewhere, with a GET. */
    record Redirect(String location) implements Answer {}

    /** Something long, written while it is made. */
    record Stream(String contentType, @Nullable String fileName, Writer writer) implements Answer {

        /** Writes the whole answer; the stream is closed by the caller. */
        @FunctionalInterface
        interface Writer {
            void write(OutputStream out) throws IOException;
        }
    }

    /** Events that go on until somebody ends them; whoever listens may leave at any time. */
    record Events(Writer writer) implements Answer {

        /** Writes events until their end; the stream is closed by the caller. */
        @FunctionalInterface
        interface Writer {
            void write(OutputStream out, ClientConnection client) throws IOException;
        }
    }

    /** It did not work out. */
    record Failed(Problem problem) implements Answer {}
}
