package org.gatehouse.simulated;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** What a request for text asks for, whichever surface it came by. A reader fills it in; from then on nobody changes it. */
final class GenerationRequest {
    String model = "";
    boolean stream;
    boolean hasStreamOptions;
    boolean includeUsage;
    boolean continuousUsage;
    /** The most output tokens wanted; negative when the request does not say. */
    int maxTokens = -1;
    int minTokens;
    boolean ignoreEndOfText;
    int choices = 1;
    boolean logprobs;
    int topLogprobs;
    /** Reasoning tokens that the asked-for effort is worth; negative when the request does not say. */
    int reasoning = -1;
    Directive directive = Directive.NONE;
    /** The text that the directive stood in; empty without one. */
    String directiveText = "";
    /** The prompts, one for most surfaces. */
    final List<PromptTokens> prompts = new ArrayList<>(1);
    /** The prompts as text, where the surface can repeat them. */
    final List<String> promptTexts = new ArrayList<>(0);
    /** Tokens of the tool definitions, which stand outside of the messages. */
    int toolTokens;
    long cacheSalt;
    /** As the request has it; empty without one. */
    String cacheSaltText = "";
    /** Lower goes first; {@code null} when the request does not say. */
    @Nullable
    Integer priority;
    boolean echo;
    /** Whether the surface only reads its input and makes no tokens. */
    boolean inputOnly;
    final List<ToolSpec> tools = new ArrayList<>(0);
    /** {@code auto}, {@code none}, {@code required}, or {@code named}. */
    String toolChoice = "auto";
    @Nullable
    String namedTool;
    boolean jsonObject;
    @Nullable
    JsonNode schema;

    /** All prompt tokens, as usage tells them. */
    int promptTokens() {
        int sum = toolTokens;
        for (PromptTokens prompt : prompts) {
            sum += prompt.count();
        }
        return sum;
    }
}
