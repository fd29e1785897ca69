package org.gatehouse.setup.wizard.question;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.question.Question.Option;
import org.gatehouse.setup.wizard.question.Question.When;

/** Writes questions down so that a list of them reads like a list. One use each. */
final class Ask {
    private final String field;
    private final String label;
    private final String help;
    private boolean needed;
    private @Nullable When when;
    private String example = "";
    private @Nullable String usual;

    private Ask(String field, String label, String help) {
        this.field = field;
        this.label = label;
        this.help = help;
    }

    static Ask of(String field, String label, String help) {
        return new Ask(field, label, help);
    }

    Ask needed() {
        needed = true;
        return this;
    }

    Ask when(String other, String... values) {
        when = new When(other, List.of(values));
        return this;
    }

    Ask example(String text) {
        example = text;
        return this;
    }

    Ask usual(String value) {
        usual = value;
        return this;
    }

    Question line() {
        return new Question.Text(field, label, help, needed, when, Shape.LINE, example, usual);
    }

    Question whole() {
        return new Question.Text(field, label, help, needed, when, Shape.WHOLE, example, usual);
    }

    Question money() {
        return new Question.Text(field, label, help, needed, when, Shape.MONEY, example, usual);
    }

    Question file() {
        return new Question.Text(field, label, help, needed, when, Shape.FILE, example, usual);
    }

    Question secret() {
        return new Question.Secret(field, label, help, needed, when, Shape.LINE, example);
    }

    Question secretFile() {
        return new Question.Secret(field, label, help, needed, when, Shape.FILE, example);
    }

    Question choice(Option... options) {
        return new Question.Choice(field, label, help, needed, when, Arrays.asList(options), usual);
    }

    Question yesNo() {
        return new Question.YesNo(field, label, help, needed, when, "true".equals(usual));
    }

    Question list() {
        return new Question.TextList(field, label, help, needed, when, example);
    }

    Question group(Question... questions) {
        return new Question.Group(field, label, help, needed, when, List.of(questions));
    }

    Question several(Question... each) {
        return new Question.Several(field, label, help, needed, when, List.of(each));
    }

    Question anything() {
        return new Question.Anything(field, label, help, needed, example);
    }

    static Option option(String value, String meaning) {
        return new Option(value, meaning);
    }
}
