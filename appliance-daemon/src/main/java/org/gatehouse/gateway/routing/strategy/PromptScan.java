package org.gatehouse.gateway.routing.strategy;

import java.util.List;
import java.util.Locale;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.routing.targets.PromptFeatures;

/**
 * Looks for the features of a prompt in its last user turn, of which the first {@value #HEAD_CHARS} and the last
 * {@value #TAIL_CHARS} chars are read: what is asked stands before or behind what it is asked about.
 */
public final class PromptScan {
    private static final int HEAD_CHARS = 1024;
    private static final int TAIL_CHARS = 512;
    /** Of a request with many blocks. */
    private static final int MOST_CHARS = 65_536;
    private static final List<String> THOUGHT = List.of("prove", "derive", "step by step", "step-by-step", "why ",
            "compare", "analy", "design", "optimi", "trade-off", "tradeoff", "debug", "refactor", "evaluate",
            "root cause", "explain how", "architecture", "strategy", "证明", "推导", "一步一步", "逐步", "为什么", "比较",
            "分析", "设计", "优化", "评估", "重构", "调试");
    private static final List<String> CODE = List.of("```", "public class", "def ", "function ", "#include", "import ",
            "select ", "();", "=> {", "</", "stack trace", "exception", "{\n", "const ", "fn ");
    private static final List<String> FORMULA = List.of("\\frac", "\\sum", "\\int", "\\begin{", "$$", "∑", "∫", "√",
            "≤",
            "≥", "theorem", "lemma", "equation", "integral", "matrix", "定理", "方程", "积分", "矩阵");

    private PromptScan() {}

    /**
     * The features of a request in the common shape.
     *
     * @param promptTokens its likely length
     */
    public static PromptFeatures of(ChatRequest request, long promptTokens) {
        StringBuilder text = new StringBuilder();
        List<ChatRequest.Turn> turns = request.turns();
        for (int i = turns.size() - 1; i >= 0; i--) {
            if (turns.get(i).role() == ChatRequest.Role.USER) {
                for (Block block : turns.get(i).blocks()) {
                    if (block instanceof Block.Text words && text.length() < MOST_CHARS) {
                        text.append(words.text(), 0, Math.min(words.text().length(), MOST_CHARS)).append('\n');
                    }
                }
                if (!text.isEmpty()) {
                    break;
                }
            }
        }
        Long cap = request.maxOutputTokens();
        return of(text, promptTokens, cap == null ? 0 : cap, request.tools().size(),
                request.format() instanceof OutputFormat.Schema, Math.max(0, turns.size() - 1));
    }

    /**
     * The features of a prompt of which the last user turn's text is at hand.
     *
     * @param promptTokens likely length of all of the prompt
     * @param outputTokens the answer's requested length; 0 when none was named
     * @param tools how many are offered
     * @param schema whether the answer must follow one
     * @param turns before this one
     */
    public static PromptFeatures of(CharSequence lastTurn, long promptTokens, long outputTokens, int tools,
            boolean schema, int turns) {
        int length = lastTurn.length();
        CharSequence read = length <= HEAD_CHARS + TAIL_CHARS
                ? lastTurn
                : lastTurn.subSequence(0, HEAD_CHARS) + "\n" + lastTurn.subSequence(length - TAIL_CHARS, length);
        String text = read.toString().toLowerCase(Locale.ROOT);
        int code = count(text, CODE, 2);
        return new PromptFeatures(promptTokens, outputTokens, code >= 2 || text.contains("```"),
                count(text, FORMULA, 1) > 0, count(text, THOUGHT, 3), steps(text), tools, schema, turns);
    }

    private static int count(String text, List<String> words, int enough) {
        int found = 0;
        for (String word : words) {
            if (text.contains(word) && ++found == enough) {
                break;
            }
        }
        return found;
    }

    /** Question marks, and lines that begin with a number or a dash. */
    private static int steps(String text) {
        int steps = 0;
        boolean lineBegins = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '?' || c == '？') {
                steps++;
            } else if (lineBegins && (c == '-' || c >= '1' && c <= '9') && i + 1 < text.length()
                    && ". )、".indexOf(text.charAt(i + 1)) >= 0) {
                steps++;
            }
            lineBegins = c == '\n' || lineBegins && c == ' ';
        }
        return steps;
    }
}
