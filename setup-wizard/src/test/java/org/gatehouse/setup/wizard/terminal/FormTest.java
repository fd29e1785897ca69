package org.gatehouse.setup.wizard.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import org.gatehouse.setup.wizard.question.Steps;

import static org.assertj.core.api.Assertions.assertThat;

/** Entries of a form as answers. */
final class FormTest {

    private static Form form(String step, String begin) throws Exception {
        JsonNode answer = new ObjectMapper().readTree(begin);
        return new Form(Steps.named(step).orElseThrow().questions(), answer);
    }

    @Test
    void answerThatWasGivenBeforeComesBackAsItWas() throws Exception {
        String machine = "{\"name\":\"a\",\"timeZone\":\"Europe/Berlin\",\"ntpServers\":[\"x\",\"y\"],"
                + "\"network\":{\"mode\":\"static\",\"device\":\"eth0\",\"address\":\"192.0.2.1/24\","
                + "\"gateway\":\"192.0.2.254\",\"vlan\":7},\"proxy\":{\"url\":\"http://p:1\",\"exceptions\":[\"z\"]}}";
        assertThat(form("machine", machine).isComplete()).isTrue();
        assertThat(form("machine", machine).answer()).hasToString(machine);
        String models = "{\"deployments\":[{\"name\":\"a\",\"publicName\":\"b\",\"model\":\"c\",\"engine\":\"vllm\","
                + "\"replicas\":2,\"onDemand\":false,\"sizing\":{\"gpus\":[\"0\"]}}]}";
        assertThat(form("local-models", models).answer()).hasToString(models);
    }

    @Test
    void questionsThatDoNotApplyAreNeitherAskedNorAnswered() throws Exception {
        Form form = form("certificate", "{\"kind\":\"self_signed\",\"certificatePem\":\"-----\\nx\\n\"}");
        assertThat(form.rows()).extracting(Form.Row::path).containsExactly("kind", "names");
        assertThat(form.answer().fieldNames()).toIterable().containsExactly("kind");
    }

    @Test
    void groupThatIsNotNeededIsLeftOutUntilSomethingStandsInIt() throws Exception {
        assertThat(form("safekeeping", "{}").isComplete()).isTrue();
        assertThat(form("safekeeping", "{}").answer()).isEmpty();
        Form form = form("machine", "{\"name\":\"box\",\"proxy\":{\"exceptions\":[\"localhost\"]}}");
        assertThat(form.isComplete()).isFalse();
        assertThat(form.rows()).filteredOn(row -> row.field() != null && row.field().complaint() != null)
                .extracting(Form.Row::path).containsExactly("proxy.url");
    }

    @Test
    void complaintOfTheBoxFindsItsField() throws Exception {
        Form form = form("providers", "{\"upstreams\":[{\"name\":\"a\",\"kind\":\"openai\"}]}");
        assertThat(form.complain("upstreams[0].models[1].name", "is wrong")).isTrue();
        assertThat(form.rows().getFirst().field()).isNotNull()
                .satisfies(field -> assertThat(field.complaint()).contains("[0].models[1].name is wrong"));
        assertThat(form.complain("elsewhere", "is wrong")).isFalse();
    }

    @Test
    void shapesAreLookedAtBeforeTheBoxIsAsked() throws Exception {
        Form form = form("safekeeping", "{\"backup\":{\"directory\":\"/x\",\"hour\":\"soon\"}}");
        assertThat(form.isComplete()).isFalse();
        Form file = form("certificate",
                "{\"kind\":\"upload\",\"certificatePem\":\"/nowhere/at/all\",\"privateKeyPem\":\"a\\nb\"}");
        assertThat(file.isComplete()).isFalse();
        assertThat(file.rows().get(2).field()).isNotNull()
                .satisfies(field -> assertThat(field.complaint()).contains("no such file"));
        assertThat(file.rows().get(3).field()).isNotNull()
                .satisfies(field -> assertThat(field.shown()).isEqualTo("***"));
    }
}
