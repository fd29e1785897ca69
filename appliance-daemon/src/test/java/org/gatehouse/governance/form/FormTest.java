package org.gatehouse.governance.form;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class FormTest {

    enum Colour {
        RED, DARK_BLUE
    }

    record Inner(@About(value = "Weight.", min = 1, max = 9) int weight, @About("Note.") @Nullable String note) {}

    record Form(@About(value = "Name.", min = 1, max = 5) String name, @About("Colour.") Colour colour,
            @About(value = "Count.", max = 100, fallback = "7") long count, @About("Money.") @Nullable BigDecimal money,
            @About("Time.") @Nullable Instant time, @About("Id.") @Nullable UUID id,
            @About(value = "Flag.", fallback = "true") boolean flag,
            @About(value = "Words.", fallback = "[]", max = 2) List<String> words,
            @About(value = "Inner.", fallback = "[]") List<Inner> inner,
            @About(value = "Map.", fallback = "{}") Map<String, String> map,
            @About(value = "Secret.", secret = true) @Nullable String secret) {

        Form {
            if ("bad".equals(name)) {
                throw new IllegalArgumentException("must not be bad");
            }
        }
    }

    @Test
    void whatIsAbsentHasItsFallback() {
        assertThat(read("{\"name\":\"a\",\"colour\":\"dark_blue\"}")).isEqualTo(new Reading.Whole<>(
                new Form("a", Colour.DARK_BLUE, 7, null, null, null, true, List.of(), List.of(), Map.of(), null)));
    }

    @Test
    void whatIsWrittenCanBeReadAgain() {
        Form form = new Form("名前", Colour.RED, 1, new BigDecimal("0.000000000001"),
                Instant.parse("2026-11-20T12:00:00.123456Z"), UUID.randomUUID(), false, List.of("x"),
                List.of(new Inner(3, null)), Map.of("k", "v"), "hidden");
        assertThat(read(Json.text(Json.treeWithSecrets(form)))).isEqualTo(new Reading.Whole<>(form));
        assertThat(Json.text(Json.tree(form))).doesNotContain("hidden").doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"`{\"name\":\"a\"}`|colour",
            "`{\"colour\":\"red\"}`|name",
            "`{\"name\":\"bad\",\"colour\":\"red\"}`|``", "`{\"name\":\"toolong\",\"colour\":\"red\"}`|name",
            "`{\"name\":\"a\",\"colour\":\"RED\"}`|colour", "`{\"name\":\"a\",\"colour\":0}`|colour",
            "`{\"name\":\"a\",\"colour\":\"red\",\"count\":101}`|count",
            "`{\"name\":\"a\",\"colour\":\"red\",\"count\":1.5}`|count",
            "`{\"name\":\"a\",\"colour\":\"red\",\"count\":99999999999999999999}`|count",
            "`{\"name\":\"a\",\"colour\":\"red\",\"count\":\"1\"}`|count",
            "`{\"name\":\"a\",\"colour\":\"red\",\"money\":1.5}`|money",
            "`{\"name\":\"a\",\"colour\":\"red\",\"money\":\"1e999999999\"}`|money",
            "`{\"name\":\"a\",\"colour\":\"red\",\"money\":\"NaN\"}`|money",
            "`{\"name\":\"a\",\"colour\":\"red\",\"time\":\"yesterday\"}`|time",
            "`{\"name\":\"a\",\"colour\":\"red\",\"time\":1700000000}`|time",
            "`{\"name\":\"a\",\"colour\":\"red\",\"id\":\"1-2-3-4-5\"}`|id",
            "`{\"name\":\"a\",\"colour\":\"red\",\"flag\":\"true\"}`|flag",
            "`{\"name\":\"a\",\"colour\":\"red\",\"words\":[\"a\",\"b\",\"c\"]}`|words",
            "`{\"name\":\"a\",\"colour\":\"red\",\"words\":[1]}`|words[0]",
            "`{\"name\":\"a\",\"colour\":\"red\",\"inner\":[{\"weight\":0}]}`|inner[0].weight",
            "`{\"name\":\"a\",\"colour\":\"red\",\"inner\":[{\"weight\":1,\"size\":2}]}`|inner[0].size",
            "`{\"name\":\"a\",\"colour\":\"red\",\"map\":{\"k\":1}}`|map.k"})
    void wrongMemberIsNamed(String json, String field) {
        Reading<Form> reading = read(json);
        assertThat(reading).isInstanceOf(Reading.Broken.class);
        assertThat(((Reading.Broken<Form>) reading).errors()).extracting(FieldError::field).containsExactly(field);
    }

    @Test
    void everyWrongMemberIsNamedAtOnce() {
        assertThat(((Reading.Broken<Form>) read("{\"name\":1,\"colour\":2,\"size\":3}")).errors())
                .extracting(FieldError::field).containsExactlyInAnyOrder("name", "colour", "size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":2}", "{} {}", "{}x", "{\"a\":NaN}", "{'a':1}", "{\"a\":1,}", "", "// x\n{}",
            "{\"a\":01}"})
    void textThatIsNotStrictJsonIsBroken(String text) {
        assertThat(Json.parse(text.getBytes(StandardCharsets.UTF_8))).isInstanceOf(Reading.Broken.class);
    }

    @Test
    void brokenUtf8AndDepthAreBroken() {
        assertThat(Json.parse(new byte[]{'"', (byte) 0xc3, '"'})).isInstanceOf(Reading.Broken.class);
        assertThat(Json.parse("[".repeat(100_000).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Reading.Broken.class);
        assertThat(Json.parseYaml("[".repeat(100_000).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Reading.Broken.class);
    }

    @Test
    void yamlAliasesThatWouldGrowWithoutBoundAreBrokenOrStaySmall() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [*a").append(i - 1).append(", *a")
                    .append(i - 1).append("]\n");
        }
        Reading<JsonNode> reading = Json.parseYaml(bomb.toString().getBytes(StandardCharsets.UTF_8));
        if (reading instanceof Reading.Whole<JsonNode>(JsonNode tree)) {
            assertThat(tree.toString().length()).isLessThan(10_000);
        }
    }

    /** Whatever bytes come, reading gives a value and throws nothing. */
    @Test
    void damagedFormsNeverThrow() {
        byte[] whole = "{\"name\":\"a\",\"colour\":\"red\",\"inner\":[{\"weight\":1}],\"map\":{\"k\":\"v\"},\"money\":\"1.5\"}"
                .getBytes(StandardCharsets.UTF_8);
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            if (Json.parse(damaged) instanceof Reading.Whole<JsonNode>(JsonNode tree)) {
                assertThat(Json.read(tree, Form.class)).isNotNull();
            }
        }
    }

    private static Reading<Form> read(String json) {
        return switch (Json.parse(json.getBytes(StandardCharsets.UTF_8))) {
            case Reading.Whole<JsonNode>(JsonNode tree) -> Json.read(tree, Form.class);
            case Reading.Broken<JsonNode>(List<FieldError> errors) -> new Reading.Broken<>(errors);
        };
    }
}
