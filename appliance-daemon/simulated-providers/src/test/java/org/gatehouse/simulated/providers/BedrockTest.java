package org.gatehouse.simulated.providers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BedrockTest {
    /** The first case of the test suite that AWS published for signature version 4, "get-vanilla". */
    private static final Received VANILLA = new Received("GET", "/",
            Map.of("host", "example.amazonaws.com", "x-amz-date", "20150830T123600Z", "authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                            + " SignedHeaders=host;x-amz-date, Signature="
                            + "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            new byte[0], true);
    private static final SignatureCheck CHECK = new SignatureCheck(new CloudAccount("AKIDEXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null, "us-east-1", "", ""), "service");
    private static final Instant THEN = Instant.parse("2015-08-30T12:36:00Z");

    @Test
    void publishedSignatureIsAccepted() {
        assertThatCode(() -> CHECK.check(VANILLA, THEN)).doesNotThrowAnyException();
    }

    @Test
    void signatureOfAnotherBodyPathOrTimeIsRefused() {
        assertThatThrownBy(() -> CHECK.check(new Received("GET", "/", VANILLA.headers(), new byte[]{1}, true), THEN))
                .hasMessageContaining("does not match");
        assertThatThrownBy(() -> CHECK.check(new Received("GET", "/a", VANILLA.headers(), new byte[0], true), THEN))
                .hasMessageContaining("does not match");
        assertThatThrownBy(() -> CHECK.check(VANILLA, THEN.plusSeconds(301))).hasMessageContaining("expired");
    }

    @Test
    void unsignedRequestIsRefused() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.BEDROCK, ProviderOptions.usual())) {
            Http.Answered refused = Http.post(provider.uri().resolve("/model/amazon.nova-pro-v1:0/converse"), "{}");

            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.headers().get("x-amzn-errortype")).startsWith("MissingAuthenticationTokenException");
        }
    }

    @Test
    void streamIsMessagesWithGoodChecksums() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.BEDROCK, ProviderOptions.usual())) {
            List<String> events = decode(Asking.ask(provider, true, "Tell me [[sim tokens=6]]").body());

            assertThat(events).hasSize(10);
            assertThat(events.getFirst()).contains("messageStart", "event");
            assertThat(events.get(8)).contains("messageStop");
            assertThat(events.getLast()).contains("metadata").contains("\"outputTokens\":6");
        }
    }

    @Test
    void throttlingInTheMiddleIsAnExceptionMessage() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.BEDROCK, ProviderOptions.usual())) {
            List<String> events = decode(Asking.ask(provider, true, "[[sim failure=error-event after=2]]").body());

            assertThat(events.getLast()).contains(":exception-type", "throttlingException");
        }
    }

    @Test
    void rulesOfConverseAreHeld() throws Exception {
        refused("""
                {"messages":[]}""", "Member must have length");
        refused("""
                {"messages":[{"role":"assistant","content":[{"text":"a"}]}]}""", "must start with a user message");
        refused("""
                {"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"user","content":[{"text":"b"}]}]}""",
                "must alternate");
        refused("""
                {"messages":[{"role":"user","content":[{"text":" "}]}]}""", "is blank");
        refused("""
                {"messages":[{"role":"user","content":[{"text":"a","image":{}}]}]}""", "must set one");
        refused("""
                {"messages":[{"role":"user","content":[{"text":"a"}]}],"max_tokens":3}""", "not permitted");
        refused("""
                {"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"toolUse":
                {"toolUseId":"t","name":"f","input":{}}}]},{"role":"user","content":[{"text":"b"}]}]}""",
                "Expected toolResult blocks");
    }

    private static void refused(String body, String words) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.BEDROCK, ProviderOptions.usual())) {
            Http.Answered answer = Http.post(provider.uri().resolve("/model/amazon.nova-pro-v1%3A0/converse"), body,
                    "authorization", "Bearer " + Asking.KEY);
            assertThat(answer.status()).as(answer.text()).isEqualTo(400);
            assertThat(answer.json().path("message").asText()).contains(words);
            assertThat(answer.headers().get("x-amzn-errortype")).startsWith("ValidationException");
        }
    }

    /** Headers and payload of each message, after both checksums have been made again. */
    private static List<String> decode(byte[] stream) {
        List<String> messages = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(stream);
        while (bytes.hasRemaining()) {
            int start = bytes.position();
            int total = bytes.getInt(start);
            assertThat(bytes.getInt(start + 8)).isEqualTo(crc(stream, start, 8));
            assertThat(bytes.getInt(start + total - 4)).isEqualTo(crc(stream, start, total - 4));
            messages.add(new String(stream, start + 12, total - 16, StandardCharsets.UTF_8));
            bytes.position(start + total);
        }
        return messages;
    }

    private static int crc(byte[] bytes, int from, int count) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, count);
        return (int) crc.getValue();
    }
}
