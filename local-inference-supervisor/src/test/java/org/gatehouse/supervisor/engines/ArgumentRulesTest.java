package org.gatehouse.supervisor.engines;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.engines.ArgumentProblem.Kind;
import org.gatehouse.supervisor.planning.EngineKind;

import static org.assertj.core.api.Assertions.assertThat;

class ArgumentRulesTest {
    private static final ArgumentRules VLLM = Engine.of(EngineKind.VLLM).argumentRules();

    private static List<String> accepted(String... arguments) {
        return switch (VLLM.check(List.of(arguments))) {
            case ArgumentCheck.Accepted(List<String> accepted) -> accepted;
            case ArgumentCheck.Refused(ArgumentProblem problem) -> throw new AssertionError(problem.message());
        };
    }

    private static ArgumentProblem refused(ArgumentRules rules, String... arguments) {
        return switch (rules.check(List.of(arguments))) {
            case ArgumentCheck.Refused(ArgumentProblem problem) -> problem;
            case ArgumentCheck.Accepted(List<String> accepted) -> throw new AssertionError("accepted: " + accepted);
        };
    }

    @Test
    void allowedArgumentsPassInOneForm() {
        assertThat(accepted("--tool-call-parser=hermes", "--seed", "7", "--enable-auto-tool-choice",
                "--limit-mm-per-prompt", "{\"image\": 4, \"video\": 0}")).containsExactly("--tool-call-parser",
                        "hermes", "--seed", "7", "--enable-auto-tool-choice", "--limit-mm-per-prompt",
                        "{\"image\": 4, \"video\": 0}");
    }

    @Test
    void dangerousArgumentsAreRefusedWithTheirReason() {
        for (EngineKind engine : EngineKind.values()) {
            String flag = switch (engine) {
                case VLLM, SGLANG, TRANSFORMERS -> "--trust-remote-code";
                case TENSORRT_LLM -> "--trust_remote_code";
                case LLAMA_CPP -> "--rpc";
            };
            ArgumentProblem problem = refused(Engine.of(engine).argumentRules(), flag);
            assertThat(problem.kind()).isEqualTo(Kind.DANGEROUS);
            assertThat(problem.message()).contains(flag).contains("because it ");
        }
        assertThat(refused(VLLM, "--enable-log-requests").message()).contains("prompts");
    }

    @Test
    void abbreviationsUnknownAndOwnedArgumentsAreRefused() {
        assertThat(refused(VLLM, "--trust-rem").kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(refused(VLLM, "--nonsense", "1").kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(refused(VLLM, "--max-model-len", "4096").message()).contains("memory settings");
        assertThat(refused(VLLM, "--port=1").kind()).isEqualTo(Kind.OWNED);
    }

    @Test
    void valuesAreChecked() {
        assertThat(refused(VLLM, "--seed").kind()).isEqualTo(Kind.VALUE_MISSING);
        assertThat(refused(VLLM, "--seed", "--numa-bind").kind()).isEqualTo(Kind.VALUE_MISSING);
        assertThat(refused(VLLM, "--seed", "x").kind()).isEqualTo(Kind.VALUE_WRONG);
        assertThat(refused(VLLM, "--tool-call-parser", "/etc/passwd").kind()).isEqualTo(Kind.VALUE_WRONG);
        assertThat(refused(VLLM, "--tool-call-parser", "a\nb").kind()).isEqualTo(Kind.VALUE_WRONG);
        assertThat(refused(VLLM, "--numa-bind=yes").kind()).isEqualTo(Kind.VALUE_WRONG);
        assertThat(refused(VLLM, "--numa-bind", "yes").kind()).isEqualTo(Kind.VALUE_WRONG);
        assertThat(refused(VLLM, "--seed", "1", "--seed=2").kind()).isEqualTo(Kind.TWICE);
        assertThat(refused(VLLM, "rm").kind()).isEqualTo(Kind.NOT_A_FLAG);
        assertThat(refused(VLLM, "--").kind()).isEqualTo(Kind.NOT_A_FLAG);
        assertThat(VLLM.check(Collections.nCopies(101, "--seed")))
                .isInstanceOfSatisfying(ArgumentCheck.Refused.class,
                        refused -> assertThat(refused.problem().kind()).isEqualTo(Kind.TOO_MANY));
    }

    @Test
    void whateverIsAcceptedIsAListedFlagWithACheckedValue() {
        RandomGenerator random = RandomGeneratorFactory.of("Xoroshiro128PlusPlus").create(20_260_103L);
        List<String> words = new ArrayList<>(VLLM.flags());
        words.addAll(List.of("--trust-remote-code", "--trust", "1", "x", "-x", "", "=", "--seed=", "--seed=9", "\u0000",
                "{\"a\":1}", "--api-key", "--no-enable-prefix-caching=", "ü", "--config=/x"));
        for (int round = 0; round < 20_000; round++) {
            List<String> arguments = new ArrayList<>();
            for (int count = random.nextInt(5); count >= 0; count--) {
                arguments.add(words.get(random.nextInt(words.size())));
            }
            if (VLLM.check(arguments) instanceof ArgumentCheck.Accepted(List<String> accepted)) {
                assertThat(accepted).allSatisfy(argument -> assertThat(
                        VLLM.flags().contains(argument) || argument.matches("[0-9]+|[A-Za-z0-9][\\w.,-]*|\\{.*}"))
                        .isTrue());
            }
        }
    }
}
