package org.gatehouse.gateway.cache;

import java.util.List;
import java.util.Set;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.governance.snapshot.CacheTerms;

/** Which questions have an answer that lasts: nothing in them points at what changes elsewhere, and no chance draws it. */
final class Lasting {
    /**
     * Fields without a place in the canonical request that are known to say everything themselves. Whatever else is foreign
     * may point at a thing that a provider keeps, or ask for something that a kept answer does not hold (log
     * probabilities), and makes a question one that is not kept.
     */
    private static final Set<String> SELF_CONTAINED = Set.of("logit_bias", "min_p", "min_tokens", "repetition_penalty",
            "length_penalty", "stop_token_ids", "ignore_eos", "bad_words", "skip_special_tokens",
            "spaces_between_special_tokens", "include_stop_str_in_output", "chat_template_kwargs", "verbosity",
            "text.verbosity", "truncation", "truncate_prompt_tokens", "prediction", "messages[].name", "metadata",
            "prompt_cache_key", "prompt_cache_retention", "service_tier", "safetySettings", "labels", "cache_salt",
            "priority", "request_id", "mm_processor_kwargs", "documents");

    private Lasting() {}

    static boolean is(ChatRequest request, CacheTerms terms) {
        ChatRequest.Sampling sampling = request.sampling();
        Double temperature = sampling.temperature();
        boolean cold = temperature != null && temperature == 0;
        if (!cold && request.choices() > 1) {
            return false;
        }
        return (cold || sampling.seed() != null || terms.anyTemperature())
                && SELF_CONTAINED.containsAll(request.foreign().keySet())
                && request.tools().stream().noneMatch(tool -> tool instanceof Tool.Native)
                && request.turns().stream().allMatch(turn -> isHere(turn.blocks()));
    }

    /** Whether everything stands in the request itself. */
    private static boolean isHere(List<Block> blocks) {
        for (Block block : blocks) {
            boolean here = switch (block) {
                case Block.Image image -> isHere(image.media());
                case Block.Document document -> isHere(document.media());
                case Block.Audio audio -> isHere(audio.media());
                case Block.ToolResult result -> isHere(result.content());
                case Block.Foreign _ -> false;
                case Block.Text _,Block.ToolCall _,Block.Thinking _,Block.RedactedThinking _,Block.Declined _ -> true;
            };
            if (!here) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHere(Media media) {
        return switch (media) {
            case Media.Inline _,Media.Plain _ -> true;
            case Media.Remote _,Media.Uploaded _ -> false;
        };
    }
}
