package org.gatehouse.simulated.providers;

import java.util.Locale;

/** The providers that speak OpenAI's chat completions, and in what they differ. */
enum ChatFlavor {
    OPENAI, AZURE, MISTRAL, DEEPSEEK, DASHSCOPE;

    /** Whether unknown fields are refused; the others ignore them. */
    boolean refusesUnknown() {
        return this == OPENAI || this == AZURE || this == MISTRAL;
    }

    /** Models that think before they answer, and so take {@code max_completion_tokens} and no sampling fields. */
    boolean reasons(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        return switch (this) {
            case OPENAI, AZURE -> name.matches("o[1-9].*") || (name.startsWith("gpt-5") && !name.contains("chat"));
            case MISTRAL -> name.startsWith("magistral");
            case DEEPSEEK -> name.contains("reasoner");
            case DASHSCOPE -> false;
        };
    }

    /** Whether thoughts are shown, as {@code reasoning_content}. */
    boolean showsThoughts() {
        return this == DEEPSEEK || this == DASHSCOPE;
    }
}
