package org.gatehouse.gateway.canonical;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class FencedJsonTest {
    private static final ChatReply.Stop STOP = ChatReply.Stop.of(StopReason.END);

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "```json~{\"a\":1}~```|{\"a\":1}",
            "~ ```json ~{\"a\":1}~```~~|{\"a\":1}",
            "```~[1,2]~```|[1,2]",
            "```JSON~{\"code\":\"```sh``` and `x`\"}~```|{\"code\":\"```sh``` and `x`\"}",
            "{\"a\":1}|{\"a\":1}",
            "{\"a\":\"```json~1~```\"}|{\"a\":\"```json~1~```\"}",
            "Here it is: ```json~{}~```|Here it is: ```json~{}~```",
            "`x`|`x`",
            "``|``"})
    void fenceAroundAllOfItGoesAndNothingElse(String said, String given) {
        String text = said.replace('~', '\n');
        String expected = given.replace('~', '\n');

        assertThat(whole(text)).isEqualTo(expected);
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            assertThat(streamed(text, random)).isEqualTo(expected);
        }
    }

    @Test
    void fenceThatIsNeverClosedStaysInAWholeAnswer() {
        assertThat(whole("```json\n{\"a\":")).isEqualTo("```json\n{\"a\":");
    }

    @Test
    void answerThatBreaksOffInsideAFenceLosesNothingButTheFence() {
        assertThat(streamed("```json\n{\"a\": \"`", new Random(5))).isEqualTo("{\"a\": \"`");
    }

    @Test
    void choicesAreKeptApartAndOtherStepsGoThrough() {
        FencedJson fences = new FencedJson();
        List<ChatEvent> out = new ArrayList<>();
        List.of(new ChatEvent.Begun("1", "m"), new ChatEvent.Thought(0, "```"), new ChatEvent.Text(0, "```js"),
                new ChatEvent.Text(1, "{}"), new ChatEvent.Text(0, "on\n{}\n"), new ChatEvent.Text(0, "```"),
                new ChatEvent.Stopped(0, STOP), new ChatEvent.Stopped(1, STOP), new ChatEvent.Ended())
                .forEach(event -> fences.pass(event, out::add));

        assertThat(out).containsExactly(new ChatEvent.Begun("1", "m"), new ChatEvent.Thought(0, "```"),
                new ChatEvent.Text(1, "{}"), new ChatEvent.Text(0, "{}"), new ChatEvent.Stopped(0, STOP),
                new ChatEvent.Stopped(1, STOP), new ChatEvent.Ended());
    }

    private static String whole(String text) {
        ChatReply reply = new ChatReply("", "", List.of(new ChatReply.Choice(List.of(new Block.Text(text)), STOP)),
                null);
        return ((Block.Text) FencedJson.without(reply).choices().getFirst().blocks().getFirst()).text();
    }

    private static String streamed(String text, Random random) {
        FencedJson fences = new FencedJson();
        StringBuilder given = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int to = Math.min(text.length(), at + 1 + random.nextInt(4));
            fences.pass(new ChatEvent.Text(0, text.substring(at, to)), event -> add(event, given));
            at = to;
        }
        fences.pass(new ChatEvent.Stopped(0, STOP), event -> add(event, given));
        return given.toString();
    }

    private static void add(ChatEvent event, StringBuilder given) {
        if (event instanceof ChatEvent.Text(int _, String text)) {
            given.append(text);
        }
    }
}
