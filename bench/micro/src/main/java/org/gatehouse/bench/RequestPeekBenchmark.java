package org.gatehouse.bench;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

import org.gatehouse.gateway.dialect.openai.OpenAiDialect;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.governance.snapshot.Surface;

/** Reading a chat request for what governance must know, without a tree. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RequestPeekBenchmark {
    /** Characters of the prompt: a question, and a retrieved document with it. */
    @Param({"100", "60000"})
    public int promptLength;

    private final OpenAiDialect dialect = new OpenAiDialect();
    private byte[] body = {};

    /** Writes the body. */
    @Setup
    public void body() {
        String prompt = "Where does the gate stand? ".repeat(promptLength / 27 + 1).substring(0, promptLength);
        body = ("{\"model\":\"qwen3-32b\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + "{\"role\":\"user\",\"content\":\"" + prompt + "\"}],\"max_tokens\":256,\"temperature\":0.7,"
                + "\"stream\":true,\"stream_options\":{\"include_usage\":true}}").getBytes(StandardCharsets.UTF_8);
    }

    /** As the pipeline's second stage does. */
    @Benchmark
    public Dialect.Reading chat() {
        return dialect.read(Surface.CHAT_COMPLETIONS, "application/json", null, body);
    }
}
